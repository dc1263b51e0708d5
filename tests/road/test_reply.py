"""The JSON object in a model's reply."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.road.reply import read_reply
from tirkit.road.tasks import FoundKind, FoundProblem, FoundProblems, MadeQuestion


@pytest.mark.parametrize(
    "text",
    [
        '{"kind": "proof"}',
        'Sure!\n```json\n{"kind": "proof"}\n```\nDone.',
        'It is {a} set, so {"kind": "proof", "why": "..."} it is.',
        '{"kind": "maybe"} no: {"kind": "proof"}',
        '```\n{"kind":"proof"}\n```',
    ],
)
def test_reply_when_an_object_stands_in_it_then_it_is_read(text: str) -> None:
    assert read_reply(FoundKind, text).kind == "proof"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no JSON object"),
        ("proof", "no JSON object"),
        ('{"kind": ', "malformed"),
        ('{"kind": "theorem"}', "kind: Input should be"),
        ("{}", "kind: Field required"),
        ('{"kind": null}', "kind"),
        ('{"kind": "proof"}' + " " * 400_000, "too long"),
        ('{"a":' * 5_000, "malformed"),
    ],
)
def test_reply_when_none_fits_then_it_says_why(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_reply(FoundKind, text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\frac{1}{2} \times \sqrt{2}", r"\frac{1}{2} \times \sqrt{2}"),
        (r"\\frac{1}{2} \\times 3", r"\frac{1}{2} \times 3"),
        (r"\\alpha\nThen \\beta", "\\alpha\nThen \\beta"),
        (r"first\nsecond", "first\nsecond"),
        (r"\{1, 2\} \, \(x\)", r"\{1, 2\} \, \(x\)"),
        (r"\binom{5}{2} \neq \rho \theta", r"\binom{5}{2} \neq \rho \theta"),
        (r"\underline{x}", r"\underline{x}"),
        (r"\u00e9 \u2264", "é ≤"),
        (r"say \"x\"", 'say "x"'),
        ("a\nb", "a\nb"),
    ],
)  # fmt: skip
def test_reply_when_it_holds_latex_then_backslashes_mean_what_was_meant(
    written: str, meant: str
) -> None:
    read = read_reply(FoundProblem, f'{{"problem": "{written}"}}')
    assert read.problem == meant


@given(st.text(max_size=80))
def test_reply_when_the_model_escapes_as_json_wants_then_the_text_comes_back(text: str) -> None:
    # A doubled backslash before a letter shows that it does.
    told = json.dumps({"problem": f"\\alpha {text}"})
    assert read_reply(FoundProblem, told).problem == f"\\alpha {text}"


@given(st.text(max_size=200))
def test_reply_when_it_is_anything_then_it_is_read_or_refused(text: str) -> None:
    try:
        read_reply(FoundProblems, text)
    except ValueError as error:
        told = str(error)
    else:
        told = ""
    assert "\n" not in told


def test_reply_when_an_answer_is_a_number_or_empty_then_it_is_text_or_none() -> None:
    def answer(value: object) -> str | None:
        told = {"problems": [{"problem": "p", "answer": value}]}
        return read_reply(FoundProblems, json.dumps(told)).problems[0].answer

    assert [answer(value) for value in (7, 0, 0.5, " 7 ", "", "N/A", None)] == [
        *("7", "0", "0.5", "7", None, None, None)
    ]
    with pytest.raises(ValueError, match="answer"):
        answer(["7"])
    with pytest.raises(ValueError, match="answer"):
        answer(value=True)
    assert read_reply(MadeQuestion, '{"problem": null}').problem is None
