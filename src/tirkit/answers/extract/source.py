"""Where an answer may be taken from."""

from collections.abc import Iterable
from enum import StrEnum

from tirkit.errors import ConfigError


class Source(StrEnum):
    """A place where answers stand. Only what is asked for is looked at, in the order asked."""

    BOX = "box"
    r"""`\boxed{...}` or `\fbox{...}`."""
    PHRASE = "phrase"
    """`the answer is ...`, `Answer: ...`, `答案是...` and the like."""
    OPTION = "option"
    """A lone option letter: `(B)`, `option B`, `故选B`."""
    TAG = "tag"
    """`<answer>...</answer>`."""
    OUTPUT = "output"
    """The last number of the last code output."""


BOXES = (Source.BOX,)
"""The default: boxes alone."""


def parse_sources(names: str | Iterable[str]) -> tuple[Source, ...]:
    """Read `box,output` or a list of names, in the order they are to be tried.

    Raises:
        ConfigError: a name is unknown or there twice, or there is none.
    """
    known = ", ".join(Source)
    found: list[Source] = []
    for name in names.split(",") if isinstance(names, str) else names:
        bare = str(name).strip().lower()
        if bare not in Source.__members__.values():
            raise ConfigError(f"unknown source of answers {bare!r}: use some of {known}")
        if bare in found:
            raise ConfigError(f"source of answers {bare!r} is named twice: name it once")
        found.append(Source(bare))
    if not found:
        raise ConfigError(f"no source of answers: name some of {known}")
    return tuple(found)
