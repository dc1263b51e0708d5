"""Equations and inequalities: what they set a variable to, what they say, whether two agree."""

from latex2sympy2_extended import is_expr_of_only_symbols
from sympy import And, Basic, Eq, Expr, Ge, Gt, Le, Lt, Ne, Poly, PolynomialError, Set
from sympy.core.relational import Relational

from tirkit.answers.outcome import Equivalence
from tirkit.answers.worker.formulas import both_ways, same_function

EQUAL, DIFFERENT, UNKNOWN = Equivalence.EQUAL, Equivalence.DIFFERENT, Equivalence.UNKNOWN
_TURNED = {Gt: Lt, Ge: Le}
MAX_DEGREE = 8


def value_of(thing: Basic) -> tuple[Basic, Basic] | None:
    """(variable, value) of an assignment such as `x = 5`, of a chain its ends; else None."""
    links = _links(thing)
    if not links or not all(isinstance(link, Eq) for link in links):
        return None
    variable, value = links[0].lhs, links[-1].rhs
    if not is_expr_of_only_symbols(variable) or variable in value.free_symbols:
        return None
    return variable, value


def same_relation(one: Basic, other: Basic) -> Equivalence:
    """Compare two relations, neither of which merely sets the same variable."""
    if isinstance(one, Relational) and isinstance(other, Relational):
        outcome = _same_pair(one, other)
        if outcome is not UNKNOWN:
            return outcome
    if both_ways(one, other):
        return EQUAL
    sets = as_set(one), as_set(other)
    if sets[0] is None or sets[1] is None or one.free_symbols != other.free_symbols:
        return UNKNOWN
    return EQUAL if sets[0] == sets[1] else DIFFERENT


def as_set(thing: Basic) -> Set | None:
    """The real numbers that satisfy a polynomial relation in one variable, or None."""
    if len(thing.free_symbols) != 1:
        return None
    (variable,) = thing.free_symbols
    for link in _links(thing):
        if isinstance(link.rhs, Set) or isinstance(link.lhs, Set):
            return None
        difference = link.lhs - link.rhs
        if not difference.is_polynomial(variable):
            return None
        if Poly(difference, variable).degree() > MAX_DEGREE:
            return None
    described = And(*(link.func(link.lhs, link.rhs) for link in _links(thing))).as_set()
    return described if isinstance(described, Set) else None


def _links(thing: Basic) -> list[Relational]:
    """The relations of a chain such as `1 < x < 2`, in the order written; [] for none."""
    if isinstance(thing, Relational):
        return [thing]
    if isinstance(thing, And):
        links = list(getattr(thing, "_unsorted_args", thing.args))
        return links if all(isinstance(link, Relational) for link in links) else []
    return []


def _same_pair(one: Relational, other: Relational) -> Equivalence:
    one, other = _turned(one), _turned(other)
    sides = (one.lhs, one.rhs, other.lhs, other.rhs)
    if not all(isinstance(side, Expr) and not getattr(side, "is_Matrix", False) for side in sides):
        return UNKNOWN
    left, right = one.lhs - one.rhs, other.lhs - other.rhs
    if type(one) is not type(other):
        return UNKNOWN
    if isinstance(one, Eq | Ne):
        return _same_zeros(left, right)
    return EQUAL if same_function(left, right) is EQUAL else UNKNOWN


def _turned(relation: Relational) -> Relational:
    """`>` as `<`, sides exchanged."""
    less = _TURNED.get(type(relation))
    return less(relation.rhs, relation.lhs, evaluate=False) if less else relation


def _same_zeros(left: Expr, right: Expr) -> Equivalence:
    """Whether two equations `= 0` have the same solutions, for polynomials; else UNKNOWN."""
    symbols = sorted(left.free_symbols | right.free_symbols, key=str)
    try:
        polynomials = [Poly(side.doit(), *symbols, extension=True) for side in (left, right)]
    except PolynomialError:
        return UNKNOWN
    if any(poly.is_zero or poly.total_degree() > MAX_DEGREE for poly in polynomials):
        return UNKNOWN
    one, other = (poly.sqf_part().monic() for poly in polynomials)
    return EQUAL if one == other else DIFFERENT
