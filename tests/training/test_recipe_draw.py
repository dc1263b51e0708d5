"""Problems for training and for testing never meet."""

from random import Random

import pytest

from examples.training.draw import draw_testing, draw_training, is_for_testing, problem_of
from examples.training.family import Family, Params, Step
from tirkit.errors import ConfigError

PHRASINGS = tuple(f"Way {way}: {{a}} and {{b}}." for way in range(5))


def family(name: str, tier: int = 1, *, held_out: bool = False, most: int = 99) -> Family:
    def draw(lot: Random) -> Params:
        return {"a": lot.randint(0, most), "b": lot.randint(0, most)}

    def solve(params: Params, _: Random) -> list[Step]:
        return [Step("Add.", f"print({params['a']} + {params['b']})")]

    return Family(
        name=name,
        topic="algebra",
        tier=tier,
        phrasings=tuple(f"{name}. {text}" for text in PHRASINGS),
        draw=draw,
        answer=lambda params: params["a"] + params["b"],
        solve=solve,
        held_out=held_out,
    )


FAMILIES = (family("one"), family("two", 2), family("three", 3), family("kept", 2, held_out=True))


def test_training_when_drawn_then_no_key_is_for_testing_and_no_text_comes_twice() -> None:
    drawn = draw_training(FAMILIES, 500, 1)
    assert len({one.text for one in drawn}) == 500
    assert not any(is_for_testing(one.key) for one in drawn)
    assert {one.family.name for one in drawn} == {"one", "two", "three"}
    assert {one.phrasing for one in drawn} == {0, 1, 2, 3}


def test_training_when_the_seed_is_the_same_then_so_are_the_problems() -> None:
    first, again = (draw_training(FAMILIES, 50, 3) for _ in range(2))
    assert [one.text for one in first] == [one.text for one in again]
    assert [one.text for one in first] != [one.text for one in draw_training(FAMILIES, 50, 4)]


def test_training_when_a_tier_has_no_share_then_none_of_it_is_drawn() -> None:
    drawn = draw_training(FAMILIES, 100, 1, (1, 0, 3))
    tiers = [one.family.tier for one in drawn]
    assert 2 not in tiers
    assert tiers.count(3) > tiers.count(1) > 0


def test_training_when_the_families_are_used_up_then_it_is_refused() -> None:
    with pytest.raises(ConfigError, match="no more than"):
        draw_training([family("small", most=2)], 100, 1)


@pytest.mark.parametrize("tier", [1, 2, 3])
def test_testing_when_drawn_then_parameters_are_unseen(tier: int) -> None:
    drawn = draw_testing(FAMILIES, tier, 60, 1, "parameters")
    assert len({one.text for one in drawn}) == 60
    assert all(is_for_testing(one.key) and not one.family.held_out for one in drawn)
    assert 4 not in {one.phrasing for one in drawn}


def test_testing_when_phrasings_are_asked_for_then_only_unseen_ones_come() -> None:
    drawn = draw_testing(FAMILIES, 1, 40, 1, "phrasings")
    assert {one.phrasing for one in drawn} == {4}


def test_testing_when_families_are_asked_for_then_only_held_out_ones_come() -> None:
    assert {one.family.name for one in draw_testing(FAMILIES, 2, 40, 1, "families")} == {"kept"}
    assert draw_testing(FAMILIES, 1, 40, 1, "families") == []


def test_split_when_many_keys_are_hashed_then_a_tenth_is_for_testing() -> None:
    kept = sum(is_for_testing(f"family(a={number})") for number in range(10_000))
    assert 900 < kept < 1100


def test_problem_when_made_then_it_tells_what_it_is_and_what_is_right() -> None:
    [instance] = draw_training(FAMILIES, 1, 1)
    problem = problem_of(instance)
    assert problem.answer == str(instance.params["a"] + instance.params["b"])
    assert problem.metadata["key"] == instance.key
    assert problem.metadata["tier"] == instance.family.tier
