"""Groups of answers that say the same, in any order, by the rule that the chain decides."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers import Equivalence, classes, known
from tirkit.answers.classes import Linked
from tirkit.answers.comparison import Comparison
from tirkit.types import Answer

FORMS = [r"\pi", "157/50", "63/20", "x", "x+0", "1", "2"]


def comparing(links: set[frozenset[str]]) -> "Comparing":
    return Comparing(links)


class Comparing:
    def __init__(self, links: set[frozenset[str]]) -> None:
        self.links = links
        self.asked: list[frozenset[str]] = []

    def __call__(self, one: str, other: str) -> Equivalence:
        pair = frozenset((one, other))
        self.asked.append(pair)
        return Equivalence.EQUAL if pair in self.links else Equivalence.DIFFERENT


def test_classes_when_a_is_b_and_b_is_c_but_a_is_not_c_then_the_chain_decides() -> None:
    links = {frozenset((r"\pi", "157/50")), frozenset((r"\pi", "63/20"))}
    for order in permutations([r"\pi", "157/50", "63/20"]):
        assert classes(order, comparing(links)) == ((r"\pi", "63/20", "157/50"),)


@given(
    st.permutations(FORMS),
    st.sets(st.sampled_from([frozenset((a, b)) for a in FORMS for b in FORMS if a < b])),
)
def test_classes_when_forms_come_in_any_order_then_are_the_same(
    order: list[str], links: set[frozenset[str]]
) -> None:
    in_order, compare = comparing(links), comparing(links)
    found = classes(order, compare)
    assert found == classes(FORMS, in_order)
    assert sorted(form for group in found for form in group) == sorted(FORMS)
    assert len(set(compare.asked)) == len(compare.asked)
    asked = frozenset(("1", "2")), frozenset(("157/50", "63/20"))
    assert not set(asked) & set(compare.asked)
    for group in found:
        for form in group[1:]:
            assert any(frozenset((form, other)) in links for other in group)


def test_classes_when_numbers_are_compared_within_a_tolerance_then_the_chain_decides() -> None:
    def near(one: str, other: str) -> Equivalence:
        return known(Answer(one, one), Answer(other, other), Comparison(relative=0.01))

    assert near("100", "102") is Equivalence.DIFFERENT
    for order in permutations(["100", "101", "102", "150"]):
        assert classes(order, near, exact=False) == (("100", "101", "102"), ("150",))


def test_classes_when_unknown_then_stay_apart() -> None:
    assert classes(["x", "y", "x"], lambda _one, _other: Equivalence.UNKNOWN) == (("x",), ("y",))
    assert classes([], comparing(set())) == ()


def test_linked_when_joined_then_the_shortest_leads() -> None:
    linked = Linked(["ccc", "bb", "a", "d"])
    linked.join("ccc", "bb")
    assert linked.leader("ccc") == "bb"
    linked.join("ccc", "a")
    assert [linked.leader(form) for form in ("ccc", "bb", "a", "d")] == ["a", "a", "a", "d"]
    assert linked.together("bb", "ccc")
    assert not linked.together("d", "a")
