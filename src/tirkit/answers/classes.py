"""Groups of answers that say the same, whatever the order they came in."""

from collections.abc import Callable, Iterable

from tirkit.answers.normalize import is_number
from tirkit.answers.outcome import Equivalence


class Linked:
    """Which of some canonical forms a chain of EQUAL pairs links.

    Args:
        forms: distinct.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        self._leader = {form: form for form in forms}

    def together(self, one: str, other: str) -> bool:
        """Whether the two are linked."""
        return self.leader(one) == self.leader(other)

    def join(self, one: str, other: str) -> None:
        """Link the two, and all that are linked to either."""
        low, high = sorted((self.leader(one), self.leader(other)), key=shortness)
        self._leader[high] = low

    def leader(self, form: str) -> str:
        """The shortest form of the group, of equally short ones the first."""
        while self._leader[form] != form:
            self._leader[form] = self._leader[self._leader[form]]
            form = self._leader[form]
        return form


def classes(
    forms: Iterable[str], compare: Callable[[str, str], Equivalence], *, exact: bool = True
) -> tuple[tuple[str, ...], ...]:
    """Group canonical forms: two are in one group if a chain of EQUAL pairs links them.

    So where a ~ b and b ~ c, all three are one group although a and c alone were found DIFFERENT
    or UNKNOWN: the chain decides. Any other rule would have to prefer one of the two pairs, and
    with it one order. Groups and their members are sorted, shortest first.

    Args:
        forms: canonical forms; repeated ones count once.
        compare: tells whether two forms say the same. Each pair is asked at most once.
        exact: whether two numbers are the same only as texts, so that no such pair is asked; not
            so where `compare` allows for a tolerance.
    """
    ordered = sorted(set(forms), key=shortness)
    linked = Linked(ordered)
    numbers = [form for form in ordered if exact and is_number(form)]
    others = [form for form in ordered if not (exact and is_number(form))]
    for position, form in enumerate(others):
        for other in (*numbers, *others[:position]):
            if not linked.together(form, other) and compare(form, other) is Equivalence.EQUAL:
                linked.join(form, other)
    groups: dict[str, list[str]] = {}
    for form in ordered:
        groups.setdefault(linked.leader(form), []).append(form)
    return tuple(tuple(group) for group in groups.values())


def shortness(form: str) -> tuple[int, str]:
    """Sorts the shortest first, equally long ones by text."""
    return len(form), form
