"""The families of counting and geometry: draws, questions, and solutions run in kernels."""

import ast
import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, product
from random import Random

import anyio
import pytest

from examples.training.families import BY_NAME, ROOMS
from examples.training.family import LEAST_PHRASINGS, Family, Instance, Params, Step
from tests.own_loop import in_own_loop
from tirkit.kernels import KernelPool
from tirkit.types import CodeStatus

FAMILIES: tuple[Family, ...] = tuple(
    family
    for room in ROOMS
    for family in room.FAMILIES
    if family.topic in {"combinatorics", "geometry"}
)
each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
CELL_SECONDS = 20.0
LONGEST_PRINT = 40

RUN_SOLUTION = """
import contextlib, io, json, time
def _run(cells):
    names, told = {}, []
    for code in cells:
        printed, error, start = io.StringIO(), None, time.perf_counter()
        with contextlib.redirect_stdout(printed):
            try:
                exec(code, names)
            except Exception as raised:
                error = type(raised).__name__
        told.append([printed.getvalue(), error, time.perf_counter() - start])
    return told
"""

Outcomes = dict[str, list[list[tuple[str, str | None, float]]]]
"""What each cell of each solution of a family printed, raised and took, in seconds."""


def drawn(family: Family, count: int, seed: str) -> Iterator[tuple[Params, list[Step]]]:
    draw = Random(f"{family.name} {seed}")
    for _ in range(count):
        params = family.draw(draw)
        yield params, list(family.solve(params, draw))


async def run_all() -> Outcomes:
    found = {}
    async with KernelPool() as pool, pool.lease() as kernel:
        assert (
            await kernel.run(RUN_SOLUTION, timeout_seconds=CELL_SECONDS)
        ).status is CodeStatus.OK
        for family in FAMILIES:
            cells = [[step.code for step in steps] for _, steps in drawn(family, 8, "run")]
            code = f"print(json.dumps([_run(cells) for cells in {cells!r}]))"
            told = await kernel.run(code, timeout_seconds=CELL_SECONDS)
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
    for (params, steps), ran in zip(drawn(family, 8, "run"), outcomes[family.name], strict=True):
        assert [error is not None for _, error, _ in ran] == [step.fails for step in steps], ran
        answer = family.answer(params)
        assert type(answer) is int
        assert ran[-1][0].splitlines()[-1] == str(answer), (params, steps)
        for printed, error, seconds in ran:
            assert seconds < 2
            assert printed or error
            assert all(len(line) <= LONGEST_PRINT for line in printed.splitlines())


async def test_tier_3_when_run_as_cells_of_own_kernels_then_recovers_and_answers() -> None:
    async with KernelPool() as pool:
        for family in FAMILIES:
            if family.tier < 3:
                continue
            params, steps = next(made for made in drawn(family, 50, "own") if made[1][0].fails)
            with anyio.fail_after(60):
                async with pool.lease() as kernel:
                    for step in steps:
                        result = await kernel.run(step.code, timeout_seconds=CELL_SECONDS)
                        assert (result.status is CodeStatus.ERROR) == step.fails, (step, result)
            assert result.stdout.splitlines()[-1] == str(family.answer(params)), steps


@each_family
def test_questions_when_asked_in_each_phrasing_then_are_short_and_whole(family: Family) -> None:
    draw = Random(f"{family.name} questions")
    assert len(family.phrasings) > LEAST_PHRASINGS
    for _ in range(40):
        params = family.draw(draw)
        texts = [family.text(params, number) for number in range(len(family.phrasings))]
        assert len(set(texts)) == len(texts)
        for text in texts:
            assert text.isascii()
            assert not set(text) & set("{}")
            assert "  " not in text
            assert len(text.split()) <= 45, text


@each_family
def test_questions_when_parameters_differ_then_differ(family: Family) -> None:
    """A question that two different keys share would stand in both train and test."""
    draw = Random(f"{family.name} keys")
    for number in (0, len(family.phrasings) - 1):
        asked: dict[str, str] = {}
        for _ in range(1_000):
            instance = Instance(family, family.draw(draw), number)
            assert asked.setdefault(instance.text, instance.key) == instance.key


@each_family
def test_parameters_when_drawn_often_then_are_many_and_answers_differ(family: Family) -> None:
    draw = Random(f"{family.name} draws")
    made = [family.draw(draw) for _ in range(400)]
    assert all(type(value) is int for params in made for value in params.values())
    answers = [family.answer(params) for params in made]
    assert all(0 <= answer <= 99_999 for answer in answers)
    (_, most), *_ = Counter(answers).most_common(1)
    assert most <= 80
    assert len(set(answers)) >= 30
    keys = {Instance(family, params, 0).key for params in made}
    for _ in range(4_000 - len(made)):
        keys.add(Instance(family, family.draw(draw), 0).key)
        if len(keys) > 1_500:
            return
    pytest.fail(f"{len(keys)} different draws of 4,000")


def names(code: str, context: type[ast.expr_context]) -> set[str]:
    found = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name))
    return {node.id for node in found if isinstance(node.ctx, context)}


def own(code: str) -> set[str]:
    """Names a cell defines itself: stored, imported, of functions and of their arguments."""
    found = names(code, ast.Store)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name)
    return found


def builds_on_earlier(steps: list[Step]) -> bool:
    """Whether a later cell reads a name that only earlier cells define."""
    known: set[str] = set()
    for step in steps:
        if (names(step.code, ast.Load) - own(step.code)) & known:
            return True
        known |= own(step.code)
    return False


def compares(step: Step) -> bool:
    """Whether the cell asserts that two results agree, or prints both."""
    tree = ast.walk(ast.parse(step.code))
    return any(isinstance(node, ast.Assert) for node in tree) or step.code.count("print(") == 2


@each_family
def test_steps_when_written_then_are_short_and_hold_what_their_tier_promises(
    family: Family,
) -> None:
    failing = 0
    for _, steps in drawn(family, 60, "steps"):
        failing += steps[0].fails
        assert not any(step.fails for step in steps[1:])
        for step in steps:
            assert step.text.isascii()
            assert step.code.isascii()
            assert not set(step.text) & set("{}")
            assert len(step.text.split()) <= 24
            assert len(step.code.splitlines()) <= 12
            assert max(map(len, step.code.splitlines())) <= 80
        if family.tier == 1:
            assert len(steps) == 1
        else:
            assert len(steps) >= 2
            assert builds_on_earlier(steps)
        if family.tier == 3:
            assert steps[0].text.startswith("Plan: ")
            assert compares(steps[-1])
    assert failing == 0 if family.tier < 3 else 10 < failing < 50


def test_families_when_counted_then_names_differ_and_some_of_each_tier_are_held_out() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES) == 24
    assert Counter(family.tier for family in FAMILIES) == {1: 11, 2: 7, 3: 6}
    assert sorted(family.tier for family in FAMILIES if family.held_out) == [1, 2, 3]


def test_chairs_when_few_then_answers_are_those_of_trying_all_choices() -> None:
    for n, k, d, circle in product((9, 12), (2, 3), (1, 2), (0, 1)):
        free = 0
        for chosen in combinations(range(n), k):
            gaps = [later - chosen[i] - 1 for i, later in enumerate(chosen[1:])]
            if circle:
                gaps.append(chosen[0] + n - chosen[-1] - 1)
            free += min(gaps) >= d
        assert BY_NAME["chairs-with-gaps"].answer({"n": n, "k": k, "d": d, "kind": circle}) == free


def test_words_when_short_then_answers_are_those_of_trying_all_words() -> None:
    for n, q, r, kind in product((6, 7), (2, 3), (3, 4), (0, 1, 2)):
        words = ["".join(word) for word in product("ABC"[:q], repeat=n)]
        runs = ["A" * r] if kind != 1 else [letter * r for letter in "ABC"]
        spoilt = sum(any(run in word for run in runs) for word in words)
        params = {"n": n, "q": q, "r": r, "m": 10_000, "kind": kind}
        expected = spoilt if kind == 2 else len(words) - spoilt
        assert BY_NAME["words-without-runs"].answer(params) == expected


def test_painted_boxes_when_small_then_answers_are_those_of_looking_at_every_cube() -> None:
    for (a, b, c), paint in product(((3, 4, 5), (4, 4, 3)), (0, 1, 2)):
        seen: Counter[int] = Counter()
        for x, y, z in product(range(a), range(b), range(c)):
            walls = (x == 0) + (x == a - 1) + (y == 0) + (y == b - 1)
            seen[walls + (paint < 2 and z == c - 1) + (paint < 1 and z == 0)] += 1
        counts = (seen[0], seen[1], seen[2], a * b * c - seen[0])
        for kind, expected in enumerate(counts):
            params = {"a": a, "b": b, "c": c, "paint": paint, "kind": kind}
            assert BY_NAME["painted-box"].answer(params) == expected
