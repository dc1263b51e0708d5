"""The families of algebra and of sequences: draws, questions, and solutions run in a kernel."""

import ast
import builtins
import itertools
import re
from collections import Counter
from random import Random

import pytest

from examples.training.families import (
    algebra_cubics,
    algebra_equations,
    algebra_inequalities,
    algebra_interpolation,
    algebra_logs,
    algebra_pairs,
    algebra_polynomials,
    algebra_powers,
    algebra_roots,
    sequences_arithmetic,
    sequences_figurate,
    sequences_progressions,
    sequences_recurrences,
    sequences_sums,
    sequences_walks,
)
from examples.training.family import HELD_OUT_PHRASINGS, LEAST_PHRASINGS, Family, Instance, Step
from tirkit.kernels import KernelPool
from tirkit.types import CodeStatus

ROOMS = (
    algebra_cubics,
    algebra_equations,
    algebra_inequalities,
    algebra_interpolation,
    algebra_logs,
    algebra_pairs,
    algebra_polynomials,
    algebra_powers,
    algebra_roots,
    sequences_arithmetic,
    sequences_figurate,
    sequences_progressions,
    sequences_recurrences,
    sequences_sums,
    sequences_walks,
)
FAMILIES = tuple(family for room in ROOMS for family in room.FAMILIES)
each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def _names(code: str, context: type[ast.expr_context]) -> set[str]:
    found = {
        node.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Name) and isinstance(node.ctx, context)
    }
    return found - set(dir(builtins))


def _own(code: str) -> set[str]:
    """Names that the code itself defines: stored, imported, functions, arguments."""
    own = _names(code, ast.Store)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.alias):
            own.add(node.name)
    return own


def _builds_on_earlier(steps: list[Step]) -> bool:
    """Whether a later cell reads a name that only earlier ones define."""
    known: set[str] = set()
    for step in steps:
        if (_names(step.code, ast.Load) - _own(step.code)) & known:
            return True
        known |= _own(step.code)
    return False


def _drawn(family: Family, count: int, seed: str) -> list[tuple[Instance, list[Step]]]:
    draw = Random(f"{family.name} {seed}")
    made = []
    for number in range(count):
        params = family.draw(draw)
        instance = Instance(family, params, number % len(family.phrasings))
        made.append((instance, list(family.solve(params, draw))))
    return made


def test_families_names_and_tiers_are_as_planned() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES) >= 16
    assert {family.topic for family in FAMILIES} == {"algebra", "sequences"}
    tiers = Counter(family.tier for family in FAMILIES)
    assert all(tiers[tier] >= len(FAMILIES) // 5 for tier in (1, 2, 3))
    assert {family.tier for family in FAMILIES if family.held_out} == {1, 2, 3}


@each_family
def test_family_draws_many_different_problems(family: Family) -> None:
    draw = Random(f"{family.name} many")
    keys = {Instance(family, family.draw(draw), 0).key for _ in range(4_000)}
    assert len(keys) > 1_500


@each_family
def test_family_answers_are_whole_and_not_all_alike(family: Family) -> None:
    draw = Random(f"{family.name} answers")
    answers = [family.answer(family.draw(draw)) for _ in range(300)]
    assert all(type(answer) is int and 0 <= answer <= 99_999 for answer in answers)
    (_, most), *_ = Counter(answers).most_common(1)
    assert len(set(answers)) >= 20
    assert most <= 75


@each_family
def test_phrasings_are_short_plain_and_filled(family: Family) -> None:
    assert len(family.phrasings) >= max(LEAST_PHRASINGS, 6)
    assert len(set(family.phrasings)) == len(family.phrasings)
    draw = Random(f"{family.name} phrasings")
    for _ in range(50):
        params = family.draw(draw)
        texts = [family.text(params, number) for number in range(len(family.phrasings))]
        assert len(set(texts)) == len(texts)
        for text in texts:
            assert text.isascii()
            assert not set("{}") & set(text)
            assert len(text.split()) <= 45
            assert not re.search(r"  |\+ -|- -|\b0[1-9]|\b1x|\.\.$(?<!\.\.\.)", text)


@each_family
def test_phrasing_held_out_is_worded_unlike_the_trained_ones(family: Family) -> None:
    def pairs(phrasing: str) -> set[tuple[str, str]]:
        words = re.findall(r"[a-z]+", re.sub(r"\{\w+\}", "", phrasing).lower())
        return set(itertools.pairwise(words))

    held = pairs(family.phrasings[-HELD_OUT_PHRASINGS])
    for phrasing in family.phrasings[:-HELD_OUT_PHRASINGS]:
        shared = held & pairs(phrasing)
        assert len(shared) <= len(pairs(phrasing)) / 2


@each_family
def test_steps_are_short_and_keep_the_rules_of_their_tier(family: Family) -> None:
    failing = 0
    for _, steps in _drawn(family, 60, "steps"):
        failing += any(step.fails for step in steps)
        assert not steps[-1].fails
        for step in steps:
            assert step.text.isascii()
            assert len(step.text.split()) <= 20
            assert step.code.isascii()
            lines = step.code.splitlines()
            assert len(lines) <= 12
            assert max(map(len, lines)) <= 80
            assert "print(" in step.code
        if family.tier == 1:
            assert len(steps) == 1
        elif family.tier == 2:
            assert len(steps) >= 2
            assert _builds_on_earlier(steps)
        else:
            assert steps[0].text.startswith("Plan: ")
            assert len(steps) >= 2
            assert _builds_on_earlier(steps) or steps[0].fails
    assert failing == 0 if family.tier < 3 else 0 < failing < 60


async def test_solutions_when_run_in_a_kernel_then_print_the_answer() -> None:
    async with KernelPool() as pool, pool.lease() as kernel:
        for family in FAMILIES:
            for instance, steps in _drawn(family, 8, "run"):
                await kernel.run("%reset -f", timeout_seconds=20)
                last = ""
                for step in steps:
                    result = await kernel.run(step.code, timeout_seconds=20)
                    told = f"{instance.key}\n{step.code}\n{result.stdout}{result.error}"
                    expected = CodeStatus.ERROR if step.fails else CodeStatus.OK
                    assert result.status is expected, told
                    lines = result.stdout.splitlines()
                    assert all(len(line) <= 40 for line in lines), told
                    last = lines[-1] if lines else ""
                assert last == instance.answer, told
