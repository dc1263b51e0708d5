"""Filters that need no model: what is no self-contained question, and what is there already."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tirkit.answers import admit, normalize
from tirkit.bench import load_problems
from tirkit.export import Benchmarks, NearTexts
from tirkit.road.rows import Draft, Outcome, Rows, dropped, kept
from tirkit.road.settings import QualitySettings, UniqueSettings
from tirkit.road.stage import Desk, PlainStage
from tirkit.types import AnswerDomain

_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_PICTURE = re.compile(
    r"\b(?:figure|diagram|picture|image|graph|table|chart)s?\s+(?:is\s+)?(?:shown|given|below|above"
    r"|attached|on the right|on the left)\b|\b(?:shown|pictured|drawn)\s+(?:below|above|here)\b"
    r"|\bin the (?:figure|diagram|picture|image)\b|\[asy\]",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:previous|preceding|above|last|earlier|other)\s+(?:problem|question|exercise|post|thread)"
    r"|\b(?:same as|as in)\s+(?:problem|question|exercise|part)\s+\(?\w+\)?",
    re.IGNORECASE,
)
_PROOF = re.compile(r"^[\W\d]*(?:prove|show|verify|demonstrate)\b(?:\s+that)?", re.IGNORECASE)
_OPTIONS = re.compile(r"(?:^|\s)\(?A[).:]\s.+(?:^|\s)\(?B[).:]\s.+(?:^|\s)\(?C[).:]\s", re.DOTALL)
_TOLD = re.compile(r"\b(?:final\s+)?answer\s*(?::|=|is\b)\s*\S|\\boxed\s*\{", re.IGNORECASE)
_BINARY = frozenset({"yes", "no", "true", "false"})
_ESCAPED = re.compile(r"\\.", re.DOTALL)

Check = Callable[[Draft], bool]

_CHECKS: tuple[tuple[str, Check], ...] = (
    ("has_link", lambda draft: _LINK.search(draft.problem) is not None),
    ("needs_picture", lambda draft: _PICTURE.search(draft.problem) is not None),
    ("refers_elsewhere", lambda draft: _ELSEWHERE.search(draft.problem) is not None),
    ("asks_for_proof", lambda draft: _PROOF.search(draft.problem) is not None),
    ("multiple_choice", lambda draft: _OPTIONS.search(draft.problem) is not None),
    ("answer_told", lambda draft: _TOLD.search(draft.problem) is not None),
    ("unbalanced_math", lambda draft: not _is_balanced(draft.problem)),
)
"""What is wrong with a question, the first reason that holds."""


class QualityStage(PlainStage):
    """Leaves out what is no question that stands alone and has an answer to check.

    Args:
        settings: the limits.
    """

    name = "quality"

    def __init__(self, settings: QualitySettings) -> None:
        self._settings = settings
        self._domain = AnswerDomain.parse(settings.domain)

    def identity(self) -> Mapping[str, Any]:
        """The limits, and the version of the checks."""
        return {"checks": 1, **self._settings.model_dump(mode="json")}

    def outcomes(self, rows: Rows, desk: Desk) -> Iterator[Outcome]:
        """One draft after the other."""
        del desk
        for row in rows:
            draft = Draft.model_validate(row)
            why, detail = self.refusal(draft)
            yield dropped(draft.id, why, detail) if why else kept(draft)

    def refusal(self, draft: Draft) -> tuple[str, str]:
        """Why a draft is left out, in one word and in words; "" to keep it."""
        limits, length = self._settings, len(draft.problem)
        if length < limits.least_chars:
            return "short_problem", draft.problem
        if length > limits.most_chars:
            return "long_problem", f"{length} characters"
        why = next((why for why, wrong in _CHECKS if wrong(draft)), "")
        return (why, draft.problem) if why else self._answer_refusal(draft.answer)

    def _answer_refusal(self, answer: str | None) -> tuple[str, str]:
        if answer is None:
            return ("no_answer", "") if self._settings.need_answer else ("", "")
        if len(answer) > self._settings.most_answer_chars:
            return "long_answer", answer
        plain = normalize(answer)
        if not plain:
            return "unreadable_answer", answer
        if plain.casefold() in _BINARY:
            return "binary", answer
        admitted, why = admit(plain, self._domain)
        return ("", "") if admitted else ("answer_not_admitted", f"{answer}: {why}")


class UniqueStage(PlainStage):
    """Leaves out problems that stand in a benchmark, and such as are near an earlier one.

    Args:
        settings: which those are.

    Raises:
        ConfigError: a benchmark cannot be read.
    """

    name = "unique"

    def __init__(self, settings: UniqueSettings) -> None:
        self._settings = settings
        self._benchmarks = Benchmarks()
        self._hashes: list[list[str]] = []
        for name in settings.against:
            problems = load_problems(name)
            self._benchmarks.add(name, problems)
            self._hashes.append([problem.content_hash for problem in problems])

    def identity(self) -> Mapping[str, Any]:
        """The limit, and the benchmarks' contents."""
        return {"benchmarks": self._hashes, **self._settings.model_dump(mode="json")}

    def outcomes(self, rows: Rows, desk: Desk) -> Iterator[Outcome]:
        """One draft after the other, compared with those before it that were kept."""
        del desk
        share = self._settings.near
        near = None if share is None else NearTexts(share)
        for row in rows:
            draft = Draft.model_validate(row)
            overlap = self._benchmarks.overlap(draft.problem)
            earlier = None if near is None else near.near(draft.problem)
            if overlap is not None:
                detail = f"{overlap.dataset} {overlap.problem_id}: {overlap.why}"
                yield dropped(draft.id, "contaminated", detail)
            elif earlier is not None:
                yield dropped(draft.id, "near_problem", earlier)
            else:
                if near is not None:
                    near.add(draft.id, draft.problem)
                yield kept(draft)


def _is_balanced(text: str) -> bool:
    """Whether braces close in order, and dollars come in pairs."""
    depth = 0
    plain = _ESCAPED.sub("", text)
    for char in plain:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0 and plain.count("$") % 2 == 0
