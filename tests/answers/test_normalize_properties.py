"""Whatever a model dresses an answer in, the canonical form is the same, and it stays."""

from collections.abc import Callable
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers import is_number, normalize
from tirkit.answers.normalize import MAX_ANSWER_CHARS, parse_structure

Dress = Callable[[str], str]

FULL_WIDTH = str.maketrans("0123456789-(),[]", "０１２３４５６７８９−（），［］")
OUTER: list[Dress] = [
    lambda text: f"${text}$",
    lambda text: rf"\({text}\)",
    lambda text: rf"\[ {text} \]",
    lambda text: f"  {text}\n",
    lambda text: f"{{{text}}}",
    lambda text: rf"\boxed{{{text}}}",
    lambda text: rf"\mathbf{{{text}}}",
    lambda text: rf"\displaystyle {text}",
    lambda text: rf"{{\displaystyle {text}}}",
    lambda text: f"{text}.",
    lambda text: f"{text}\\;",
    lambda text: f"= {text}",
]
INNER: list[Dress] = [
    lambda text: text,
    lambda text: f"x = {text}",
    lambda text: rf"\alpha={text}",
    lambda text: text.replace("\\frac", "\\dfrac"),
    lambda text: text.replace("\\frac", "\\tfrac "),
    lambda text: text.replace("(", r"\left(").replace(")", r"\right)"),
    lambda text: text.replace(", ", r",\;"),
    lambda text: text.replace(", ", " , "),
    lambda text: text.replace("-", "−"),
    lambda text: text.replace("(", r"\bigl( ").replace(")", r" \bigr)"),
]
SCALED: list[Dress] = [
    lambda text: text,
    lambda text: f"{text}\\%",
    lambda text: f"{text}^\\circ",
    lambda text: rf"{text}\text{{ cm}}",
    lambda text: rf"{text}\,\mathrm{{m}}^2",
    lambda text: f"{text} square units",
    lambda text: rf"\${text}",
    lambda text: f"+{text}" if text[0] != "-" else text,
]

OUTSIDE = st.lists(st.sampled_from(OUTER), max_size=5, unique=True)
VALUES = st.one_of(
    st.integers(-(10**9), 10**9).map(Fraction),
    st.fractions(min_value=-1000, max_value=1000, max_denominator=1000),
)


def written(value: Fraction, way: int) -> str:
    """One of the ways to write a rational."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    whole, rest = divmod(size, 1)
    if rest == 0:
        return [str(value), f"{sign}{whole:,}", f"{sign}{whole}.0", f"{sign}{whole}e0"][way % 4]
    ways = [
        str(value),
        rf"{sign}\frac{{{size.numerator}}}{{{size.denominator}}}",
        rf"\frac{{{sign}{size.numerator}}}{{{size.denominator}}}",
        rf"{sign}{whole}\frac{{{rest.numerator}}}{{{rest.denominator}}}" if whole else str(value),
        f"{sign}{whole} {rest}" if whole else str(value),
        rf"{sign}\frac{{{size.numerator * 6}}}{{{size.denominator * 6}}}",
    ]
    return ways[way % len(ways)]


@given(VALUES, st.integers(0, 100), st.sampled_from(SCALED), OUTSIDE)
def test_number_when_dressed_at_random_then_has_one_canonical_form(
    value: Fraction, way: int, scaled: Dress, outer: list[Dress]
) -> None:
    text = scaled(written(value, way))
    for dress in outer:
        text = dress(text)
    assert normalize(text) == str(value)


@given(st.integers(0, 10**12))
def test_number_when_in_other_digits_then_is_the_same(value: int) -> None:
    arabic = str(value).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert normalize(arabic) == normalize(str(value).translate(FULL_WIDTH)) == str(value)
    assert normalize(f"{value:,}".replace(",", " ")) == normalize(f"{value:_}") == str(value)
    assert normalize(f"{value:,}".replace(",", "{,}")) == str(value)


@given(
    st.lists(VALUES, min_size=2, max_size=5),
    st.sampled_from([("(", ")"), ("[", ")"), (r"\{", r"\}"), ("[", "]"), ("", "")]),
    st.lists(st.integers(0, 100), min_size=5, max_size=5),
    st.lists(st.sampled_from(INNER), max_size=3, unique=True),
    OUTSIDE,
)
def test_structure_when_dressed_at_random_then_has_one_canonical_form(
    values: list[Fraction],
    brackets: tuple[str, str],
    ways: list[int],
    inner: list[Dress],
    outer: list[Dress],
) -> None:
    opener, closer = brackets
    values = values[:2] if closer == ")" and opener == "[" else values
    labels = [dress("5") for dress in inner if "=" in dress("5")]
    if not opener or len(labels) > 1:  # in a bare list a label belongs to its first value
        inner = [dress for dress in inner if "=" not in dress("5")]
    plain = f"{opener}{', '.join(map(str, values))}{closer}"
    text = f"{opener}{', '.join(map(written, values, ways))}{closer}"
    for dress in (*sorted(inner, key=INNER.index, reverse=True), *outer):
        text = dress(text)
    assert normalize(text) == normalize(plain)


@given(st.lists(VALUES, min_size=1, max_size=6))
def test_set_when_shuffled_or_repeated_then_is_the_same(values: list[Fraction]) -> None:
    texts = list(map(str, values))
    backwards = texts[::-1] + texts[:1]
    assert normalize(rf"\{{{','.join(texts)}\}}") == normalize(rf"\{{ {' ; '.join(backwards)} \}}")


@given(st.lists(VALUES, min_size=2, max_size=6))
def test_structure_when_parsed_then_its_parts_are_canonical_and_it_is_put_together_again(
    values: list[Fraction],
) -> None:
    for pattern in ("({})", "{}", "[[{0}],[{0}]]"):
        form = normalize(pattern.format(", ".join(map(str, values))))
        structure = parse_structure(form)
        assert structure is not None
        assert str(structure) == form
        assert [normalize(part) for part in structure.parts] == list(structure.parts)


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            *("{", "}", "(", ")", "[", "]", r"\{", r"\}", r"\langle", r"\rangle", "|", "<", ">"),
            *("0", "1", "9", "12", "234", ".", ",", ", ", ";", ":", "-", "+", "/", "*", "!", "="),
            *(
                "^",
                "_",
                "&",
                r"\\",
                "~",
                "%",
                "$",
                "'",
                " ",
                "\n",
                "x",
                "e",
                "E",
                "A",
                "pi",
                "sqrt",
            ),
            *(r"\frac", r"\sqrt", r"\sqrt[3]", r"\text{", r"\mathrm{", r"\boxed{", r"\left", r"\,"),
            *(r"\pm", r"\infty", r"\cup", r"\in", r"\pi", r"\cdot", r"\times", r"\circ", r"\ldots"),
            *(r"\begin{pmatrix}", r"\end{pmatrix}", r"\emptyset", r"\binom", " and ", " or ", "x="),
            *(
                "cm",
                " m",
                "dollars",
                "per",
                "million",
                "twenty ",
                "two",
                "thirds",
                "五",
                "万",
                "元",
            ),
            *("½", "²", "₁", "√", "∞", "°", "−", "１", "（", "）", "\ue000", "\x00", "\ud800", "é"),
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(FRAGMENTS, st.text()))
def test_normalize_when_given_fragments_then_is_idempotent_and_reflexive(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once
    assert once == once.strip()
    if is_number(once):
        assert str(Fraction(once)) == once


@given(FRAGMENTS)
def test_normalize_when_text_is_longer_than_an_answer_then_only_strips_it(text: str) -> None:
    long = text + "x" * (MAX_ANSWER_CHARS + 1)
    assert normalize(f" {long} ") == long.strip()
