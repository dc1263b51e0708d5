"""Hostile strings: each is settled, runs nothing, costs the parent no memory, harms no other."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.answers.hostile_answers import CODE, HUGE, ODD, TOWERS
from tirkit.answers import AnswerPool, Equivalence, equivalent, equivalent_async, known
from tirkit.answers.comparison import Comparison

QUICK = Comparison(timeout_seconds=0.1)
PATIENT = Comparison(timeout_seconds=60)
FLAT_BYTES = 128 << 20
"""The longest string here is 4 MB, and the allocator keeps what it had."""
CASES = [
    (kind, text)
    for kind, texts in {"code": CODE, "huge": HUGE, "odd": ODD, "tower": TOWERS}.items()
    for text in texts
]


@pytest.fixture(scope="module")
def pool() -> Iterator[AnswerPool]:
    with AnswerPool(workers=2, memory_mb=512) as opened:
        yield opened


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canary") / "x"


@pytest.fixture(scope="module")
def memory_before() -> int:
    return int(psutil.Process().memory_info().rss)


@pytest.mark.parametrize(
    ("kind", "text"), CASES, ids=[f"{kind} {text[:30]!a} {len(text)}" for kind, text in CASES]
)
def test_text_when_hostile_then_is_settled_and_the_next_pair_is_answered(
    pool: AnswerPool, canary: Path, memory_before: int, kind: str, text: str
) -> None:
    text = text.replace("CANARY", str(canary))
    assert equivalent(text, text, QUICK, pool=pool) is Equivalence.EQUAL
    assert equivalent(text, "x+1", QUICK, pool=pool) in Equivalence
    assert equivalent("x+1", text, QUICK, pool=pool) is known("x+1", text, QUICK)
    if len(text) < 1_000:
        assert pool.compare(text, text + "+1", QUICK).outcome is not Equivalence.EQUAL
    settled = pool.compare(r"\sqrt{8}", r"2\sqrt{2}", PATIENT)
    assert settled.outcome is Equivalence.EQUAL
    assert not canary.exists()
    assert psutil.Process().memory_info().rss - memory_before < FLAT_BYTES


async def test_texts_when_hostile_and_asked_in_a_loop_then_are_settled_too(
    pool: AnswerPool,
) -> None:
    for text in (*CODE, *ODD, *TOWERS[:8]):
        assert await equivalent_async(text, "y+2", QUICK, pool=pool) in Equivalence


def test_table_when_counted_then_has_strings_that_cost_a_child(pool: AnswerPool) -> None:
    assert len({text for _, text in CASES}) == len(CASES) >= 80
    began = pool.started
    outcomes = [pool.compare(text, "7", QUICK).reason for text in TOWERS[:12]]
    assert pool.started > began
    assert any(reason.startswith("not settled") for reason in outcomes)
