"""The families of number theory: their solutions run, and say what the answers say."""

import ast
import json
from collections.abc import Sequence
from random import Random

import anyio
import pytest

from examples.training.families import ROOMS
from examples.training.family import LEAST_PHRASINGS, Family, Instance, Params, Step
from tests.own_loop import in_own_loop
from tirkit.kernels import KernelLease, KernelPool
from tirkit.types import CodeStatus

FAMILIES: tuple[Family, ...] = tuple(
    family for room in ROOMS if "number_theory_" in room.__name__ for family in room.FAMILIES
)
DRAWS = 8
MOST_LINES = 12
LONGEST_LINE = 100
MOST_WORDS = 45
LONGEST_PRINT = 40
CELL_SECONDS = 10.0
LEAST_KEYS = 1500
each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)

RUNNER = """
import contextlib, io, json

def run_all(solutions):
    told = []
    for cells in solutions:
        names = {}
        outcomes = []
        for code in cells:
            printed = io.StringIO()
            error = None
            with contextlib.redirect_stdout(printed):
                try:
                    exec(code, names)
                except Exception as raised:
                    error = type(raised).__name__
            outcomes.append([printed.getvalue(), error])
        told.append(outcomes)
    print(json.dumps(told))
"""


def drawn(family: Family, seed: str = "") -> list[tuple[Params, Sequence[Step]]]:
    draw = Random(f"{family.name}{seed}")
    found = []
    for _ in range(DRAWS):
        params = family.draw(draw)
        found.append((params, family.solve(params, draw)))
    return found


def defined(tree: ast.AST) -> set[str]:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and is_stored(node)}
    names |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return names | {
        (alias.asname or alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }


def is_stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def builds_on_earlier(steps: Sequence[Step]) -> bool:
    """Whether a later cell reads a name that only earlier cells define."""
    before: set[str] = set()
    for step in steps:
        tree = ast.parse(step.code)
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        if (read & before) - defined(tree):
            return True
        before |= defined(tree)
    return False


def checks(steps: Sequence[Step]) -> bool:
    """Whether a cell after the first compares two results, or shows them side by side."""
    for step in steps[1:]:
        for node in ast.walk(ast.parse(step.code)):
            if isinstance(node, ast.Assert):
                return True
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
                compared = isinstance(node.args[0], ast.Compare)
                if compared or len(node.args) == 2:
                    return True
    return False


Outcomes = dict[str, list[list[tuple[str, str | None]]]]
"""What each cell of each solution of a family printed and raised."""


async def run_all() -> Outcomes:
    found = {}
    async with KernelPool() as pool, pool.lease() as kernel:
        assert (await kernel.run(RUNNER, timeout_seconds=CELL_SECONDS)).status is CodeStatus.OK
        for family in FAMILIES:
            cells = [[step.code for step in steps] for _, steps in drawn(family)]
            told = await kernel.run(f"run_all({cells!r})", timeout_seconds=CELL_SECONDS)
            assert told.status is CodeStatus.OK, (family.name, told)
            found[family.name] = json.loads(told.stdout)
    return found


@pytest.fixture(scope="module")
def outcomes() -> Outcomes:
    return in_own_loop(run_all)


@each_family
def test_solutions_when_run_then_fail_where_told_and_end_with_the_answer(
    family: Family, outcomes: Outcomes
) -> None:
    for (params, steps), ran in zip(drawn(family), outcomes[family.name], strict=True):
        told = [error for _, error in ran]
        assert [error is not None for error in told] == [step.fails for step in steps], told
        answer = family.answer(params)
        assert type(answer) is int
        assert 0 <= answer <= 99_999
        assert ran[-1][0].splitlines()[-1] == str(answer), (params, steps)
        for printed, _ in ran:
            assert all(len(line) <= LONGEST_PRINT for line in printed.splitlines())


@each_family
def test_questions_when_asked_in_each_phrasing_then_are_short_and_whole(family: Family) -> None:
    draw = Random(family.name)
    assert len(family.phrasings) > LEAST_PHRASINGS
    for _ in range(40):
        params = family.draw(draw)
        assert all(type(value) is int for value in params.values())
        texts = [family.text(params, number) for number in range(len(family.phrasings))]
        assert len(set(texts)) == len(texts)
        for text in texts:
            assert text.isascii()
            assert not set(text) & set("{}")
            assert "  " not in text
            assert len(text.split()) <= MOST_WORDS, text


@each_family
def test_cells_when_written_then_are_short(family: Family) -> None:
    for _, steps in drawn(family):
        for step in steps:
            assert step.text.isascii()
            assert step.code.isascii()
            assert not set(step.text) & set("{}")
            assert len(step.code.splitlines()) <= MOST_LINES
            assert max(map(len, step.code.splitlines())) <= LONGEST_LINE, step.code


@each_family
def test_tiers_when_solved_then_hold_what_they_promise(family: Family) -> None:
    for seed in "abcd":
        for _, steps in drawn(family, seed):
            if family.tier == 1:
                assert len(steps) == 1
            elif family.tier == 2:
                assert len(steps) >= 2
                assert builds_on_earlier(steps)
            else:
                assert any(step.fails for step in steps) or checks(steps)
                assert builds_on_earlier(steps)
            assert not steps[-1].fails


def test_tier_3_when_solved_often_then_fails_first_only_sometimes() -> None:
    for family in FAMILIES:
        if family.tier == 3:
            failed = [steps[0].fails for seed in "abcd" for _, steps in drawn(family, seed)]
            assert 0 < sum(failed) < len(failed), family.name


@each_family
def test_parameters_when_drawn_often_then_are_many(family: Family) -> None:
    draw = Random(family.name)
    keys: set[str] = set()
    for _ in range(4000):
        keys.add(Instance(family, family.draw(draw), 0).key)
        if len(keys) > LEAST_KEYS:
            break
    assert len(keys) > LEAST_KEYS


@each_family
def test_questions_when_of_different_parameters_then_differ(family: Family) -> None:
    draw = Random(family.name)
    instances = [Instance(family, family.draw(draw), 0) for _ in range(1000)]
    assert len({one.key for one in instances}) == len({one.text for one in instances})


@each_family
def test_answers_when_drawn_often_then_differ_and_stay_in_range(family: Family) -> None:
    draw = Random(family.name)
    answers = [family.answer(family.draw(draw)) for _ in range(60)]
    assert all(0 <= answer <= 99_999 for answer in answers)
    most = max(answers.count(answer) for answer in answers)
    assert most <= 24, most


def test_families_when_counted_then_names_differ_and_some_are_held_out() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES) >= 15
    held_out = [family for family in FAMILIES if family.held_out]
    assert sorted(family.tier for family in held_out) == [1, 2, 3]
    assert {family.tier for family in FAMILIES} == {1, 2, 3}


async def solved_by_cells(kernel: KernelLease, steps: Sequence[Step]) -> list[str]:
    printed = []
    for step in steps:
        result = await kernel.run(step.code, timeout_seconds=CELL_SECONDS)
        assert (result.status is CodeStatus.ERROR) == step.fails, (step, result)
        printed.append(result.stdout)
    return printed


async def test_tier_3_when_run_as_cells_of_own_kernels_then_recover_and_answer() -> None:
    async with KernelPool() as pool:
        for family in FAMILIES:
            if family.tier != 3:
                continue
            params, steps = next((p, s) for p, s in drawn(family, "abc") if s[0].fails)
            with anyio.fail_after(60):
                async with pool.lease() as kernel:
                    printed = await solved_by_cells(kernel, steps)
            assert printed[-1].splitlines()[-1] == str(family.answer(params)), steps
