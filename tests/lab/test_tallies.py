"""Counting as votes come gives what counting all of them gives."""

from hypothesis import given
from hypothesis import strategies as st

from tirkit.answers.comparison import Comparison
from tirkit.lab.tallies import Tallies, VoteCount
from tirkit.selection import Ballot, MajorityVote, count, parse_selector
from tirkit.types import Answer

FORMS = ["0", "7", "8", "1/2", "x+1", "1+x", "(x+1)", "y", None]
CHOICES = st.lists(st.sampled_from(FORMS), max_size=24)


def ballots(forms: list[str | None], order: list[int]) -> list[Ballot]:
    made = []
    for index, form in zip(order, forms, strict=True):
        answer = None if form is None else Answer(f" {form}", form)
        made.append(Ballot(index, answer, confidence=0.5 + index / 100))
    return made


@given(CHOICES, st.randoms(use_true_random=False))
def test_count_when_votes_come_in_any_order_then_it_is_that_of_all(
    forms: list[str | None], draw: "st.DataObject"
) -> None:
    order = list(range(len(forms)))
    draw.shuffle(order)  # type: ignore[attr-defined]
    made, counting = ballots(forms, order), VoteCount()
    for number, ballot in enumerate(made, 1):
        counting.add(ballot)
        assert counting.tally() == count(MajorityVote(), made[:number])


def test_count_when_numbers_are_compared_loosely_then_each_is_compared() -> None:
    counting = VoteCount(Comparison(places=1, symbolic=False))
    made = ballots(["1/2", "x", "13/25"], [0, 1, 2])
    for ballot in made:
        counting.add(ballot)
    assert counting.tally() == count(MajorityVote(), made, counting._compare)


def test_tallies_when_asked_for_a_prefix_then_later_votes_are_not_in_it() -> None:
    made = ballots(["7", "8", "8"], [2, 0, 1])
    tallies = Tallies(made)
    assert tallies.plain(0) == count(MajorityVote(), [])
    assert tallies.plain(1) == count(MajorityVote(), made[:1])
    selector = parse_selector("weighted(by='mean')")
    assert tallies.weighted(selector, 2) == count(selector, made[:2])
    assert tallies.weighted(selector, 2) is tallies.weighted(selector, 2)
