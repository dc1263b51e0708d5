"""The rungs of the comparison that need no symbols: text, integer, rational, decimal, parts."""

from collections.abc import Iterable

from tirkit.answers.comparison import EXACT, Comparison
from tirkit.answers.nearness import near
from tirkit.answers.normalize import (
    MAX_ANSWER_CHARS,
    Kind,
    Structure,
    is_number,
    parse_structure,
    read_in_base,
)
from tirkit.answers.normalize.limits import MAX_NESTING
from tirkit.answers.outcome import Equivalence

MAX_PAIRS = 10_000
"""Most pairs of parts that two sets are compared by; larger sets only by their texts."""

_UNORDERED = frozenset({Kind.LIST, Kind.SET})
_WORDS = frozenset({"yes", "no", "true", "false", "undefined", "\\infty", "-\\infty"})
_Outcome = Equivalence | None


def compare_cheap(one: str, other: str, how: Comparison = EXACT) -> _Outcome:
    """Compare two canonical forms; None where only symbols can tell.

    Two exact numbers are EQUAL or DIFFERENT; tuples, intervals and matrices are compared part by
    part, sets and bare lists as sets. Letters and known words differ from each other and from
    numbers, and `121_{3}` is 16. Symmetric, never raises, at most `MAX_PAIRS` comparisons of parts.
    """
    if one == other:
        return Equivalence.EQUAL
    if how.exact and is_number(one) and is_number(other):
        return Equivalence.DIFFERENT
    if max(len(one), len(other)) > 2 * MAX_ANSWER_CHARS:
        return None
    return _Parts(how).compare(one, other, 0)


class _Parts:
    """Compares what is no pair of numbers, within one allowance of pairs."""

    def __init__(self, how: Comparison) -> None:
        self._how = how
        self._left = MAX_PAIRS

    def compare(self, one: str, other: str, depth: int) -> _Outcome:
        self._left -= 1
        if self._left < 0 or depth > MAX_NESTING:
            return None
        one, other = read_in_base(one) or one, read_in_base(other) or other
        if one == other:
            return Equivalence.EQUAL
        numeric = is_number(one), is_number(other)
        if all(numeric):
            same = not self._how.exact and near(one, other, self._how)
            return Equivalence.EQUAL if same else Equivalence.DIFFERENT
        first = None if numeric[0] else parse_structure(one)
        second = None if numeric[1] else parse_structure(other)
        if first is None and second is None:
            return self._names(one, other)
        if first is None or second is None:
            scalar, whole = (other, first) if second is None else (one, second)
            return None if whole is None else self._with_scalar(scalar, whole, depth)
        return self._structures(first, second, depth)

    def _names(self, one: str, other: str) -> _Outcome:
        """Letters and words; `a` may be the option `A`, and `e` may be near 2.718."""
        known = _is_name(one) and _is_name(other) and one.lower() != other.lower()
        if not known or (not self._how.exact and (is_number(one) or is_number(other))):
            return None
        return Equivalence.DIFFERENT

    def _with_scalar(self, scalar: str, whole: Structure, depth: int) -> _Outcome:
        r"""`5` and `\{5\}` are the same answer; a number is no point, interval or matrix."""
        if whole.kind is Kind.SET and len(whole.parts) == 1:
            return self.compare(scalar, whole.parts[0], depth + 1)
        if not _is_name(scalar) or whole.kind in {Kind.UNION, Kind.DETERMINANT}:
            return None
        if whole.kind is Kind.MATRIX and len(whole.parts) == 1:
            return None
        if whole.kind is Kind.LIST:
            return self._sets((scalar,), whole.parts, depth)
        return Equivalence.DIFFERENT

    def _structures(self, one: Structure, other: Structure, depth: int) -> _Outcome:
        kinds = {one.kind, other.kind}
        if kinds <= _UNORDERED:
            return self._sets(one.parts, other.parts, depth)
        if Kind.UNION in kinds:
            return self._unions(one, other, depth)
        if kinds & {Kind.MATRIX, Kind.DETERMINANT}:
            return self._matrices(one, other, depth)
        outcome = self._in_order(one.parts, other.parts, depth)
        if one.opener == other.opener and len(kinds) == 1:
            return outcome
        if kinds == {Kind.LIST, Kind.TUPLE}:
            return outcome
        apart = Kind.SET in kinds or Kind.HALF_OPEN in kinds or outcome is Equivalence.DIFFERENT
        return Equivalence.DIFFERENT if apart else None

    def _matrices(self, one: Structure, other: Structure, depth: int) -> _Outcome:
        if one.kind is not other.kind:
            return None
        if one.columns != other.columns:
            return Equivalence.DIFFERENT
        outcome = self._in_order(one.parts, other.parts, depth)
        alike = one.kind is Kind.MATRIX or outcome is Equivalence.EQUAL
        return outcome if alike else None  # determinants of different matrices may be equal

    def _unions(self, one: Structure, other: Structure, depth: int) -> _Outcome:
        """Unions may be cut in other places, so only sameness shows."""
        if one.kind is not other.kind:
            return None
        outcome = self._sets(one.parts, other.parts, depth)
        return outcome if outcome is Equivalence.EQUAL else None

    def _in_order(self, ones: tuple[str, ...], others: tuple[str, ...], depth: int) -> _Outcome:
        if len(ones) != len(others):
            return Equivalence.DIFFERENT
        found = {
            self.compare(one, other, depth + 1) for one, other in zip(ones, others, strict=True)
        }
        return _verdict(found)

    def _sets(self, ones: tuple[str, ...], others: tuple[str, ...], depth: int) -> _Outcome:
        """Equal if each part has its equal on the other side; different if one has none."""
        if self._how.exact and all(map(is_number, ones + others)):
            return Equivalence.EQUAL if set(ones) == set(others) else Equivalence.DIFFERENT
        if len(ones) * len(others) > self._left:
            return None
        table = [[self.compare(one, other, depth + 1) for other in others] for one in ones]
        sides = [_best(row) for row in table] + [
            _best(column) for column in zip(*table, strict=True)
        ]
        return _verdict(set(sides))


def _is_name(scalar: str) -> bool:
    """Whether a scalar is a number, a letter or a known word: never two spellings of one thing."""
    letter = len(scalar) == 1 and scalar.isascii() and scalar.isalpha()
    return letter or scalar in _WORDS or is_number(scalar)


def _best(outcomes: Iterable[_Outcome]) -> _Outcome:
    """How a part fares against all of the other side."""
    found = set(outcomes)
    if Equivalence.EQUAL in found:
        return Equivalence.EQUAL
    return Equivalence.DIFFERENT if found == {Equivalence.DIFFERENT} else None


def _verdict(found: set[_Outcome]) -> _Outcome:
    """One difference makes the whole differ; one that is not known leaves it unknown."""
    if Equivalence.DIFFERENT in found:
        return Equivalence.DIFFERENT
    return Equivalence.EQUAL if found == {Equivalence.EQUAL} else None
