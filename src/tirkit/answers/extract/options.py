"""Lone option letters, A to J."""

import re
from collections import deque
from collections.abc import Iterator

from tirkit.answers.extract.boxes import MAX_CANDIDATES
from tirkit.answers.extract.extraction import Candidate

_OPTION = re.compile(
    r"(?i:\b(?:options?|choices?|answers?))[ \t]{0,4}(?i:is|are)?[ \t]{0,4}[:\uff1a]?[ \t]{0,4}"
    r"[*_$]{0,3}[(\[\uff08]?([A-J])[)\]\uff09]?(?![\w'\u2019])"
    r"|(?:选项?|答案)[是为选]?[:\uff1a]?[ \t]{0,4}[(\uff08]?([A-J])[)\uff09]?(?![A-Za-z0-9])"
    r"|(?<![\w\\)])[(\[\uff08\u3010]([A-J])[)\]\uff09\u3011](?!\w)"
    r"|\*\*[ \t]{0,2}\(?([A-J])[).:]{0,2}[ \t]{0,2}\*\*"
    r"|^[ \t]{0,8}\(?([A-J])[).:\u3001]{0,2}[ \t]{0,8}$",
    re.MULTILINE,
)


def options(text: str, start: int, end: int) -> Iterator[Candidate]:
    """The last `MAX_CANDIDATES` lone option letters of the span, last one first."""
    for match in reversed(deque(_OPTION.finditer(text, start, end), maxlen=MAX_CANDIDATES)):
        letter = next(filter(None, match.groups()))
        yield Candidate(letter, match.start(), match.end())
