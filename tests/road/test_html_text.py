"""HTML as plain text."""

import anyio
import anyio.to_thread
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.road import text_of_html


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<p>Find <b>x</b> &amp; y.</p><p>Now</p>", "Find x & y.\nNow"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("a<script>var x = '<p>no</p>';</script>b", "ab"),
        ("a<style>p{}</style>b<noscript>c</noscript>", "ab"),
        ("<head><title>t</title></head><body>b</body>", "b"),
        ("a<!-- <p>no</p> -->b<!doctype html>c<?php echo 1 ?>d", "abcd"),
        ("1 < 2 and 3 > 2, x<y", "1 < 2 and 3 > 2, x<y"),
        ("$a<b$ and <i>c</i>", "$a<b$ and c"),
        ("<div style='Display : none'>no<div>no</div></div>yes", "yes"),
        ("<p style='visibility:hidden'>no<b>no</b></p>yes", "yes"),
        ("<p hidden>no<p>yes", "yes"),
        ("<head><title>no</title><meta charset=x><body>yes", "yes"),
        ("<div hidden>no<div>no</div>no</div>yes", "yes"),
        ("<span aria-hidden='true'>no</span>yes", "yes"),
        ("<input hidden>yes<br hidden>", "yes"),
        ('<img class="latex" alt="x^2 > 1">', "$x^2 > 1$"),
        ('<img class="latex" alt="$x^2$"> and <img alt="a cat"><img>', "$x^2$ and a cat"),
        ('<script type="math/tex">a < b</script>', "$a < b$"),
        ('<script type="math/tex; mode=display">\\sum</script>!', "$$\\sum$$!"),
        ("<math><mi>x</mi><mo>=</mo><mn>1</mn></math>", "$x=1$"),
        ("<math><mfrac><mi>a</mi><mi>b</mi></mfrac></math>", r"$\frac{a}{b}$"),
        ("<math><mfrac><mrow/><mi>b</mi></mfrac></math>", r"$\frac{}{b}$"),
        ("<math><msup><mi>x</mi><mn>2</mn></msup></math>", "$x^{2}$"),
        ("<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup></math>", "$x_{1}^{2}$"),
        ("<math><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt></math>", r"$\sqrt{x+1}$"),
        ("<math><mroot><mi>x</mi><mn>3</mn></mroot></math>", r"$\sqrt[3]{x}$"),
        ("<math><mfenced><mi>x</mi><mi>y</mi></mfenced></math>", "$(x, y)$"),
        (
            (
                "<math><semantics><mi>x</mi><annotation encoding='application/x-tex'>x_1"
                "</annotation></semantics></math>."
            ),
            "$x_1$.",
        ),
        ("<math><mi>x</mi><annotation encoding='image'>no</annotation></math>", "$x$"),
        ("<math></math>a<math><mi>b", "a$b$"),
        ("</p></math></b>a", "a"),
        ("", ""),
        ("<", "<"),
        ("a<!--", "a"),
        ("&#0;&#x110000;&bogus;", "\ufffd\ufffd&bogus;"),
    ],
)
def test_html_when_it_is_read_then_it_gives_what_a_reader_sees(page: str, text: str) -> None:
    assert text_of_html(page) == text


@pytest.mark.parametrize(
    "pattern",
    [
        "<a ", "<!--", "<a b='", "<a/", "</", "<?", "<![CDATA[", "<div>", "<math>", "<mrow>",
        "<math><mfrac>", "<p hidden>", "&#", "<a b=\"<a b='", "<a \"<a\" '<a' ", "<script>",
        "</script ", "<math><mi>x</mrow>",
    ],
)  # fmt: skip
async def test_html_when_it_is_made_to_be_slow_then_it_is_read_all_the_same(pattern: str) -> None:
    page = pattern * (100_000 // len(pattern))
    with anyio.fail_after(60):  # the parser alone takes minutes for some of these
        text = await anyio.to_thread.run_sync(text_of_html, page, abandon_on_cancel=True)
    assert len(text) <= 5 * len(page)


@given(st.lists(st.sampled_from(
    ["<p>", "</p>", "<math>", "</math>", "<mfrac>", "</mfrac>", "x", "<", ">", '"', "'", "<!--",
     "-->", "<script>", "</script>", "<annotation encoding='tex'>", "</annotation>", "<br/>",
     "<div hidden>", "</div>", "&lt;", "\0", "<msup/>", " ", "<img alt='", "é\ud800"]
)))  # fmt: skip
def test_html_when_it_is_anything_then_it_gives_text(parts: list[str]) -> None:
    text = text_of_html("".join(parts))
    assert text == text.strip()
    assert "<p>" not in text
