"""Whether a program's output names an answer."""

import re

from tirkit.answers import is_number, normalize
from tirkit.types import Answer, CodeResult

_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,_]*(?:\.\d+)?(?:/\d+)?(?![\w.]*\w)")
_SPACE = re.compile(r"\s+")
_MOST_CHARS = 20_000
_MOST_NUMBERS = 2_000


def names(output: str, answer: Answer) -> bool:
    """Whether an output holds an answer, literally.

    A number counts where it stands alone, `042` or `1,000` like `42` or `1000`; anything else as a
    run of characters, white space aside. Only the end of a long output is looked through.
    """
    end = output[-_MOST_CHARS:]
    if is_number(answer.canonical):
        found = _NUMBER.findall(end)[-_MOST_NUMBERS:]
        return any(normalize(text.replace("_", "")) == answer.canonical for text in found)
    packed = _SPACE.sub("", end)
    forms = {_SPACE.sub("", form) for form in (answer.canonical, answer.text)}
    return any(_alone(form, packed) for form in forms if form)


def shown(result: CodeResult) -> str:
    """What a cell printed, and its value."""
    return "\n".join(filter(None, (result.stdout, result.value)))


def _alone(form: str, packed: str) -> bool:
    """Whether a form stands in the text without letters or digits running on at its ends."""
    before = r"(?<!\w)" if form[0].isalnum() else ""
    behind = r"(?!\w)" if form[-1].isalnum() else ""
    return re.search(before + re.escape(form) + behind, packed) is not None
