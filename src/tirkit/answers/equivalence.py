"""Do two answers say the same? The cheapest test that can decide does."""

import itertools
import math
import os
from collections.abc import Collection, Iterator

import anyio

from tirkit.answers.algebra import compare_simple
from tirkit.answers.cache import PairCache
from tirkit.answers.cheap import compare_cheap
from tirkit.answers.classes import Linked
from tirkit.answers.comparison import EXACT, Comparison
from tirkit.answers.normalize import normalize
from tirkit.answers.outcome import Equivalence
from tirkit.answers.pool import AnswerPool, default_pool
from tirkit.answers.readable import unreadable
from tirkit.types import Answer

__all__ = ("Equivalence", "equivalent", "equivalent_async", "forget", "known", "settle")

_CACHE = PairCache()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_CACHE.unlock)


def equivalent(
    left: str | Answer,
    right: str | Answer,
    how: Comparison = EXACT,
    *,
    pool: AnswerPool | None = None,
) -> Equivalence:
    """Compare two answers: by text, number and simple algebra, then, if need be, by symbols.

    Symmetric and never raises. An `Answer` is compared by its canonical form, a string is
    normalised first. Symbols are compared in a child process, which may take up to
    `how.timeout_seconds`, and the first time a second more for its start; in an event loop use
    `equivalent_async`.

    Args:
        left: one answer.
        right: the other.
        how: tolerances, and whether and how long symbols may be compared.
        pool: the child processes; None is the process's own pool.
    """
    one, other = _canonical(left), _canonical(right)
    outcome = _at_once(one, other, how)
    if outcome is not None:
        return outcome
    settled = (pool or default_pool()).compare(one, other, how)
    _CACHE.put(one, other, how, settled.outcome, settled.holds_seconds)
    return settled.outcome


async def equivalent_async(
    left: str | Answer,
    right: str | Answer,
    how: Comparison = EXACT,
    *,
    pool: AnswerPool | None = None,
) -> Equivalence:
    """Compare two answers without holding up the loop; the same result as `equivalent`."""
    one, other = _canonical(left), _canonical(right)
    outcome = _at_once(one, other, how)
    if outcome is not None:
        return outcome
    settled = await (pool or default_pool()).compare_async(one, other, how)
    _CACHE.put(one, other, how, settled.outcome, settled.holds_seconds)
    return settled.outcome


def known(left: str | Answer, right: str | Answer, how: Comparison = EXACT) -> Equivalence:
    """What can be said of two answers without waiting; UNKNOWN for what only symbols can tell.

    Pairs that `settle` or `equivalent` has compared by symbols are remembered.
    """
    return _at_once(_canonical(left), _canonical(right), how) or Equivalence.UNKNOWN


async def settle(
    answers: Collection[Answer], how: Comparison = EXACT, *, pool: AnswerPool | None = None
) -> None:
    """Compare by symbols whatever must be, so that `known` groups these answers without waiting.

    A pair that a chain of EQUAL pairs already links is passed over: it changes no group.
    """
    chosen = pool or default_pool()
    forms = sorted({answer.canonical for answer in answers})
    linked = Linked(forms)
    open_pairs: list[tuple[str, str]] = []
    for one, other in itertools.combinations(forms, 2):
        outcome = _at_once(one, other, how)
        if outcome is Equivalence.EQUAL:
            linked.join(one, other)
        elif outcome is None:
            open_pairs.append((one, other))
    pairs = iter(open_pairs)
    async with anyio.create_task_group() as tasks:
        for _ in range(min(chosen.workers, len(open_pairs))):
            tasks.start_soon(_settle_pairs, pairs, linked, how, chosen)


async def _settle_pairs(
    pairs: Iterator[tuple[str, str]], linked: Linked, how: Comparison, pool: AnswerPool
) -> None:
    for one, other in pairs:
        if linked.together(one, other):
            continue
        settled = await pool.compare_async(one, other, how)
        _CACHE.put(one, other, how, settled.outcome, settled.holds_seconds)
        if settled.outcome is Equivalence.EQUAL:
            linked.join(one, other)


def forget() -> None:
    """Forget every pair that was compared by algebra or symbols; a benchmark begins with this."""
    _CACHE.clear()


def _at_once(one: str, other: str, how: Comparison) -> Equivalence | None:
    """The outcome if no child need be asked, in either order of the two; else None."""
    if one > other:
        one, other = other, one
    outcome = compare_cheap(one, other, how) or _CACHE.get(one, other, how)
    if outcome is not None:
        return outcome
    outcome = compare_simple(one, other, how)
    if outcome is None and not how.symbolic:
        return Equivalence.UNKNOWN
    if outcome is None and (unreadable(one) or unreadable(other)):
        outcome = Equivalence.UNKNOWN
    if outcome is not None:
        _CACHE.put(one, other, how, outcome, math.inf)
    return outcome


def _canonical(answer: str | Answer) -> str:
    return answer.canonical if isinstance(answer, Answer) else normalize(answer)
