"""Do two answers say the same? Structure first, then numbers, functions, equations."""

from collections.abc import Iterable, Sequence

from latex2sympy2_extended.logic import And as ChainedAnd
from sympy import (
    And,
    Basic,
    Complement,
    Eq,
    Expr,
    FiniteSet,
    Intersection,
    Interval,
    MatrixBase,
    Set,
    Tuple,
    Union,
)
from sympy.core.relational import Relational

from tirkit.answers.comparison import EXACT, Comparison
from tirkit.answers.outcome import Equivalence
from tirkit.answers.worker.constants import same_number
from tirkit.answers.worker.formulas import both_ways, same_function
from tirkit.answers.worker.read import read
from tirkit.answers.worker.relations import as_set, same_relation, value_of

EQUAL, DIFFERENT, UNKNOWN = Equivalence.EQUAL, Equivalence.DIFFERENT, Equivalence.UNKNOWN
_WARM = (
    (r"\frac{(x+1)^{2}}{\sqrt{8}}", r"\frac{x^{2}+2x+1}{2\sqrt{2}}"),
    (r"\sin^2 x+\cos^2 x", "1"),
    (r"(-\infty,\sqrt{2}]\cup(3,\infty)", r"(-\infty,\sqrt{3}]\cup(3,\infty)"),
)
"""Together they load most of what is imported late; the rest costs the first pairs."""


def decide(one: str, other: str, how: Comparison) -> tuple[Equivalence, str]:
    """Outcome for two canonical texts, and why where it is UNKNOWN.

    Raises:
        Exception: whatever the grammar or sympy says of text it does not understand.
    """
    outcome = same(read(one), read(other), how)
    return outcome, "not shown either way" if outcome is UNKNOWN else ""


def warm_up() -> None:
    """Compare a little, so that late imports and tables are there."""
    for one, other in _WARM:
        decide(one, other, EXACT)


def same(one: Basic, other: Basic, how: Comparison) -> Equivalence:
    """Compare two objects of any kind; symmetric."""
    one, other = _unwrapped(one, other)
    if one == other:
        return EQUAL
    if _is_relation(one) and _is_relation(other):
        return same_relation(one, other)
    if _is_relation(one) or _is_relation(other):
        return _relation_and_other(one, other, how)
    if isinstance(one, Expr) and isinstance(other, Expr) and not _is_matrix(one, other):
        return _same_expression(one, other, how)
    return _same_structure(one, other, how)


def _same_expression(one: Expr, other: Expr, how: Comparison) -> Equivalence:
    if one.free_symbols or other.free_symbols:
        return same_function(one, other)
    return same_number(one, other, how)


def _same_structure(one: Basic, other: Basic, how: Comparison) -> Equivalence:
    if isinstance(one, MatrixBase) and isinstance(other, MatrixBase):
        return _each(one.flat(), other.flat(), how) if one.shape == other.shape else DIFFERENT
    one, other = _as_pair(one, other), _as_pair(other, one)
    if isinstance(one, Tuple) and isinstance(other, Tuple):
        return _each(one.args, other.args, how)
    if isinstance(one, FiniteSet) and isinstance(other, FiniteSet):
        return _any_order(one.args, other.args, how)
    if isinstance(one, Set) and isinstance(other, Set):
        return _same_set(one, other, how)
    return _unlike(one, other, how)


def _unlike(one: Basic, other: Basic, how: Comparison) -> Equivalence:
    """Things of different kinds are different, save where one text may mean either."""
    for here, there in ((one, other), (other, one)):
        if isinstance(here, FiniteSet) and len(here) == 1 and isinstance(there, Expr):
            return same(here.args[0], there, how)
        if isinstance(here, FiniteSet | MatrixBase) and isinstance(there, Tuple):
            parts = here.flat() if isinstance(here, MatrixBase) else here.args
            ordered = _any_order(parts, there.args, how)
            return DIFFERENT if ordered is DIFFERENT else UNKNOWN
    return DIFFERENT


def _same_set(one: Set, other: Set, how: Comparison) -> Equivalence:
    """Unions part by part, in the order of the line; what is no union of parts by math-verify."""
    if isinstance(one, Interval) and isinstance(other, Interval):
        if (one.left_open, one.right_open) != (other.left_open, other.right_open):
            return DIFFERENT
        return _each((one.start, one.end), (other.start, other.end), how)
    parts = [_parts(part) for part in (one, other)]
    if parts[0] and parts[1] and len(parts[0]) == len(parts[1]):
        return _any_order(parts[0], parts[1], how)
    if parts[0] and parts[1] and not (one.free_symbols or other.free_symbols):
        return DIFFERENT
    return EQUAL if both_ways(one, other) else UNKNOWN


def _parts(whole: Set) -> list[Basic]:
    """The intervals and the separate points of a set, [] if it has others."""
    if isinstance(whole, Union | Complement | Intersection):
        whole = whole.doit()
    pieces = whole.args if isinstance(whole, Union) else (whole,)
    found: list[Basic] = []
    for piece in pieces:
        if isinstance(piece, Interval):
            found.append(piece)
        elif isinstance(piece, FiniteSet):
            found.extend(piece.args)
        else:
            return []
    return found


def _each(one: Sequence[Basic], other: Sequence[Basic], how: Comparison) -> Equivalence:
    """Element by element."""
    if len(one) != len(other):
        return DIFFERENT
    return _all_of(same(here, there, how) for here, there in zip(one, other, strict=True))


def _any_order(one: Sequence[Basic], other: Sequence[Basic], how: Comparison) -> Equivalence:
    """Each element of either has its equal in the other."""
    table = [[same(here, there, how) for there in other] for here in one]
    columns = [list(column) for column in zip(*table, strict=True)]
    return _all_of(_any_of(line) for line in [*table, *columns])


def _all_of(outcomes: Iterable[Equivalence]) -> Equivalence:
    found = set()
    for outcome in outcomes:
        if outcome is DIFFERENT:
            return DIFFERENT
        found.add(outcome)
    return UNKNOWN if UNKNOWN in found else EQUAL


def _any_of(outcomes: Sequence[Equivalence]) -> Equivalence:
    if EQUAL in outcomes:
        return EQUAL
    return UNKNOWN if UNKNOWN in outcomes else DIFFERENT


def _as_pair(thing: Basic, beside: Basic) -> Basic:
    """The grammar reads (1,2) as an open interval; beside a tuple or a set it is a pair."""
    if isinstance(thing, Interval) and thing.is_open and isinstance(beside, Tuple | FiniteSet):
        return Tuple(thing.start, thing.end)
    return thing


def _relation_and_other(one: Basic, other: Basic, how: Comparison) -> Equivalence:
    """An equation or inequality beside something that is none: only as the set it describes."""
    for here, there in ((one, other), (other, one)):
        if _is_relation(here) and isinstance(there, Set):
            described = as_set(here)
            if described is not None:
                return same(described, there, how)
    return UNKNOWN


def _unwrapped(one: Basic, other: Basic) -> tuple[Basic, Basic]:
    """`x = 5` beside `5` is 5; beside `x = 6` it is compared by what x is."""
    left, right = value_of(one), value_of(other)
    if left and right and left[0] == right[0]:
        return left[1], right[1]
    if left and not _is_relation(other):
        return left[1], other
    if right and not _is_relation(one):
        return one, right[1]
    return one, other


def _is_relation(thing: Basic) -> bool:
    return isinstance(thing, Relational | And | ChainedAnd | Eq)


def _is_matrix(*things: Basic) -> bool:
    return any(getattr(thing, "is_Matrix", False) for thing in things)
