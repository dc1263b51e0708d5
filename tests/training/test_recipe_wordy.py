"""Solutions that say and do more than they need stay right."""

from random import Random

import pytest

from examples.training.families import FAMILIES
from examples.training.family import Family, Step
from examples.training.wordy import wordy
from tests.training.made_attempts import problem

CELL = "x = 3 + 4\nprint(x % 5)"


def test_wordy_when_drawn_often_then_each_says_or_does_more() -> None:
    asked = problem().text
    kinds = set()
    for seed in range(50):
        steps = wordy([Step("Add.", CELL)], asked, Random(seed))
        restates = asked in steps[0].text
        assert steps[0].text.endswith("Add.")
        assert restates or len(steps) == 2
        assert all(step.text for step in steps)
        kinds.add((restates, len(steps)))
    assert kinds == {(True, 1), (True, 2), (False, 2)}


@pytest.mark.parametrize(
    "cell", [CELL, "print(3, 4)", "for x in (3, 4):\n    print(x)", "print([*range(3)][-1])"]
)
def test_wordy_when_the_last_cell_is_repeated_then_it_prints_the_same_last(
    cell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(cell, {})
    wanted = capsys.readouterr().out.splitlines()[-1]
    for seed in range(30):
        for step in wordy([Step("Go.", cell)], "?", Random(seed)):
            exec(step.code, {})
            assert capsys.readouterr().out.splitlines()[-1] == wanted


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_wordy_when_a_family_is_solved_so_then_the_answer_is_printed_last(
    family: Family, capsys: pytest.CaptureFixture[str]
) -> None:
    lot = Random(5)
    for _ in range(8):
        params = family.draw(lot)
        names: dict[str, object] = {}
        for step in wordy(family.solve(params, lot), "?", lot):
            try:
                exec(step.code, names)
            except Exception:  # noqa: BLE001 - whatever a reference solution is meant to raise
                assert step.fails
        printed = capsys.readouterr().out.splitlines()
        assert printed[-1] == str(family.answer(params))
