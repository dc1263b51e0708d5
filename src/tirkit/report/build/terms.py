"""How a recorded run decided, as far as its settings tell."""

from dataclasses import dataclass
from pathlib import Path

from tirkit.answers import BOXES, Comparison, Source
from tirkit.bench import run_settings
from tirkit.bench.grader import EXACT
from tirkit.config import Settings
from tirkit.errors import ConfigError
from tirkit.selection import MajorityVote, Selector


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a run's settings a report goes by.

    Attributes:
        settings: all of them; None where there are none, or this version cannot read them.
        comparison: when two answers are the same.
        sources: the forms in which answers are looked for.
        selectors: ways to choose that are compared: the plain vote, and the run's own.
    """

    settings: Settings | None = None
    comparison: Comparison = EXACT
    sources: tuple[Source, ...] = BOXES
    selectors: tuple[Selector, ...] = (MajorityVote(),)

    @classmethod
    def of(cls, directory: Path) -> "Terms":
        """The terms of the run in a directory; the defaults where its settings do not tell."""
        try:
            settings = run_settings(directory)
            if settings is None:
                return cls()
            settings.policy()  # names its rules, too
            own = settings.vote_selector()
            both = dict.fromkeys((*cls().selectors, own))
            return cls(settings, settings.comparison, settings.sources(), tuple(both))
        except ConfigError:
            return cls()
