"""Which canonical answers a domain admits, and why not the others."""

import re
from decimal import Decimal

from tirkit.answers.normalize import Kind, Structure, is_number, normalize, parse_structure
from tirkit.types import AnswerDomain

_PLACEHOLDER = re.compile(r"[\s._?\u2026-]*|\\ldots|\\boxed|\\fbox")
_OPTION = re.compile(
    r"(?:(?i:option|choice|answer|选项|选|答案)[: ]*)?\(?([A-Za-z])\)?(?:[.:].*)?|\(([A-Z])\).*",
    re.DOTALL,
)
_EMPTY_SET = "\\emptyset"


def admit(canonical: str, domain: AnswerDomain) -> tuple[str, str]:
    r"""Hold a canonical answer against its domain; never raises.

    The answer is read, never bent: `1, 2` is the set `\{1,2\}` where a set is asked for, and an
    integer changes only where `integer:mod M` asks for that.

    Returns:
        (canonical form inside the domain, "") or ("", why it is not admitted, in words).
    """
    if _PLACEHOLDER.fullmatch(canonical):
        return "", "is empty"
    if domain.kind == "any":
        return canonical, ""
    if domain.kind == "integer":
        return _integer(canonical, domain)
    if domain.kind == "option":
        return _option(canonical, domain)
    form = _FORMS[domain.kind](canonical, parse_structure(canonical))
    return (form, "") if form else ("", f"is not {_NAMES[domain.kind]}")


def _integer(canonical: str, domain: AnswerDomain) -> tuple[str, str]:
    if "/" in canonical or not is_number(canonical):
        return "", "is not an integer"
    if domain.modulus is not None:
        return str(int(Decimal(canonical)) % domain.modulus), ""
    if domain.minimum is not None and _below(canonical, str(domain.minimum)):
        return "", f"is below {domain.minimum}"
    if domain.maximum is not None and _below(str(domain.maximum), canonical):
        return "", f"is above {domain.maximum}"
    return canonical, ""


def _below(left: str, right: str) -> bool:
    """Compare canonical integers by text, so that no number of digits is too many."""
    if left.startswith("-") != right.startswith("-"):
        return left.startswith("-")
    if left.startswith("-"):
        left, right = right[1:], left[1:]
    return (len(left), left) < (len(right), right)


def _option(canonical: str, domain: AnswerDomain) -> tuple[str, str]:
    """The letter of `C`, `c`, `option C`, `C. 12` or `(C)12`."""
    match = _OPTION.fullmatch(canonical)
    if match is None:
        return "", "is not an option letter"
    letter = (match[1] or match[2]).upper()
    letters = domain.letters or "AZ"
    first, last = letters[0], letters[-1]
    if not first <= letter <= last:
        return "", f"is not one of the options {first} to {last}"
    return letter, ""


def _set(canonical: str, structure: Structure | None) -> str:
    if canonical == _EMPTY_SET:
        return canonical
    if structure is None:
        return _braced((canonical,))
    if structure.kind is Kind.SET:
        return canonical
    return _braced(structure.parts) if structure.kind is Kind.LIST else ""


def _tuple(_: str, structure: Structure | None) -> str:
    if structure is None or structure.kind not in {Kind.TUPLE, Kind.LIST, Kind.SQUARE}:
        return ""
    return str(Structure(Kind.TUPLE, structure.parts, "(", ")"))


def _interval(canonical: str, structure: Structure | None) -> str:
    if structure is None:
        return canonical if canonical == _EMPTY_SET else ""
    if structure.kind is Kind.UNION:
        return canonical if all(map(_is_interval, map(parse_structure, structure.parts))) else ""
    return canonical if _is_interval(structure) else ""


def _is_interval(structure: Structure | None) -> bool:
    return (
        structure is not None
        and structure.kind in {Kind.TUPLE, Kind.SQUARE, Kind.HALF_OPEN}
        and len(structure.parts) == 2
    )


def _values(canonical: str, structure: Structure | None) -> str:
    """One value as it is, several as their set."""
    if structure is None:
        return canonical
    if structure.kind in {Kind.LIST, Kind.TUPLE, Kind.SQUARE}:
        return _braced(structure.parts)
    return canonical if structure.kind is Kind.SET else ""


def _braced(parts: tuple[str, ...]) -> str:
    """The set of `parts`, or "" if what stands in them does not read as one."""
    form = normalize(str(Structure(Kind.SET, parts, "\\{", "\\}")))
    structure = parse_structure(form)
    return form if structure is not None and structure.kind is Kind.SET else ""


_FORMS = {"set": _set, "tuple": _tuple, "interval": _interval, "values": _values}
_NAMES = {
    "set": "a set",
    "tuple": "a tuple",
    "interval": "an interval",
    "values": "one or several values",
}
