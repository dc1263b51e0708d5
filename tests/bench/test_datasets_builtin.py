"""The built-in problems: every answer is found again by code, and every statement stands alone."""

from collections import Counter
from fractions import Fraction

import pytest

from tests.bench.builtin_checks import CHECKS
from tirkit.answers import Equivalence, admit, equivalent, normalize
from tirkit.bench import load_problems
from tirkit.bench.datasets import NAMED
from tirkit.types import Answer

PROBLEMS = {problem.id: problem for problem in load_problems("builtin")}


def test_builtin_problems_when_compared_with_the_checks_then_each_has_one() -> None:
    assert PROBLEMS.keys() == CHECKS.keys()
    assert len(PROBLEMS) == NAMED["builtin"].problems >= 60


@pytest.mark.parametrize("name", PROBLEMS)
def test_builtin_problem_when_its_answer_is_computed_then_it_is_the_one_told(name: str) -> None:
    assert str(CHECKS[name]()) == PROBLEMS[name].answer


@pytest.mark.parametrize("name", PROBLEMS)
def test_builtin_problem_when_its_answer_is_given_then_its_domain_admits_it(name: str) -> None:
    problem = PROBLEMS[name]
    told = problem.answer or ""
    canonical, refused = admit(normalize(told), problem.domain)
    assert canonical is not None, refused
    assert equivalent(Answer(told, canonical), Answer(told, canonical)) is Equivalence.EQUAL
    wrong = admit("1234567", problem.domain)[0]
    assert wrong is not None
    assert equivalent(Answer("1234567", wrong), Answer(told, canonical)) is Equivalence.DIFFERENT


def test_builtin_problems_when_counted_then_topics_and_levels_are_spread() -> None:
    topics = Counter(problem.metadata["topic"] for problem in PROBLEMS.values())
    levels = Counter(problem.metadata["level"] for problem in PROBLEMS.values())
    assert topics.keys() == {
        "number theory",
        "algebra",
        "combinatorics",
        "geometry",
        "sequences",
    }
    assert min(topics.values()) >= 12
    assert levels.keys() == {1, 2, 3}
    assert min(levels.values()) >= 16
    integers = sum(problem.domain.kind == "integer" for problem in PROBLEMS.values())
    assert 0 < len(PROBLEMS) - integers <= 16
    assert all(problem.metadata.keys() == {"topic", "level"} for problem in PROBLEMS.values())


@pytest.mark.parametrize("name", PROBLEMS)
def test_builtin_problem_when_read_then_it_asks_one_thing_in_plain_characters(name: str) -> None:
    problem = PROBLEMS[name]
    assert problem.text.isascii()
    assert problem.text.count("$") % 2 == 0
    asks = ("Find the ", "Find $", "How many ", "how many ", "Which number")
    assert sum(problem.text.count(ask) for ask in asks) >= 1
    assert 50 <= len(problem.text) <= 500
    if problem.domain.kind == "integer":
        assert Fraction(problem.answer or "").denominator == 1
