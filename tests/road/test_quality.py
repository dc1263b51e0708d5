"""What is no question that stands alone and has an answer to check."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.road.made_corpus import ScriptedModel
from tirkit.errors import ConfigError
from tirkit.road import Desk, Draft, QualitySettings, UniqueSettings
from tirkit.road.quality import QualityStage, UniqueStage
from tirkit.road.rows import Row

GOOD = "Find the least integer $n > 100$ that is prime."


def draft(problem: str = GOOD, answer: str | None = "101", name: str = "a.1") -> Draft:
    return Draft(id=name, document="a", problem=problem, answer=answer)


@pytest.mark.parametrize(
    ("problem", "why"),
    [
        (GOOD, ""),
        (r"Let $S = \{1, 2\}$ and cost \$5. How many subsets has $S$?", ""),
        ("How many of the figures in chess are there at the start?", ""),
        ("Find $n$.", "short_problem"),
        (GOOD * 100, "long_problem"),
        (f"{GOOD} See https://forum.example/1", "has_link"),
        ("Find the area in the figure with radius 2.", "needs_picture"),
        ("The diagram below has 7 points. How many lines has it?", "needs_picture"),
        ("[asy] draw((0,0)--(1,1)); [/asy] How long is the line?", "needs_picture"),
        ("With the numbers of the previous problem, find $a+b$.", "refers_elsewhere"),
        ("Prove that there are infinitely many primes.", "asks_for_proof"),
        ("1. Show there is a prime between $n$ and $2n$.", "asks_for_proof"),
        ("Which one is prime? (A) 21 (B) 23 (C) 25", "multiple_choice"),
        (f"{GOOD} Answer: 101", "answer_told"),
        (f"{GOOD} The final answer is 101.", "answer_told"),
        (rf"{GOOD} \boxed{{101}}", "answer_told"),
        ("Find the least integer $n > 100 that is prime.", "unbalanced_math"),
        (r"Compute the value of $\frac{1}{2 + \frac{1}{3}$.", "unbalanced_math"),
        ("Compute the value of }1{ plus two times three.", "unbalanced_math"),
    ],
)
def test_quality_when_a_question_does_not_stand_alone_then_it_is_left_out(
    problem: str, why: str
) -> None:
    assert QualityStage(QualitySettings()).refusal(draft(problem))[0] == why


@pytest.mark.parametrize(
    ("answer", "domain", "why"),
    [
        (None, "any", ""),
        (r"\frac{1}{2}", "any", ""),
        ("0", "any", ""),
        ("x" * 201, "any", "long_answer"),
        ("Yes", "any", "binary"),
        (r"\text{false}", "any", "binary"),
        ("7", "integer:0..999", ""),
        ("1000", "integer:0..999", "answer_not_admitted"),
        ("$ $", "any", "unreadable_answer"),
    ],
)
def test_quality_when_an_answer_cannot_be_checked_then_its_problem_is_left_out(
    answer: str | None, domain: str, why: str
) -> None:
    settings = QualitySettings(domain=domain)
    assert QualityStage(settings).refusal(draft(answer=answer))[0] == why


def test_quality_when_answers_are_needed_then_problems_without_are_left_out() -> None:
    stage = QualityStage(QualitySettings(need_answer=True))
    assert stage.refusal(draft(answer=None))[0] == "no_answer"


class Listed:
    def __init__(self, *drafts: Draft) -> None:
        self.rows = [one.model_dump(mode="json") for one in drafts]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def unique(settings: UniqueSettings, *problems: str) -> list[str]:
    drafts = [draft(problem, name=f"p.{number}") for number, problem in enumerate(problems)]
    desk = Desk(Path(), ScriptedModel().engine)
    outcomes = UniqueStage(settings).outcomes(Listed(*drafts), desk)
    return [one.dropped[0].why if one.dropped else "" for one in outcomes]


LONGER = (
    "A farmer has 17 sheep, 12 goats and 9 cows in a field of 40 acres; every day he sells two of "
    "his animals and buys one again. After how many days is the field empty for the first time?"
)


def test_unique_when_a_problem_is_near_an_earlier_one_then_it_is_left_out(tmp_path: Path) -> None:
    near = LONGER.replace("the first time", "the very first time")
    held = tmp_path / "held.jsonl"
    held.write_text(json.dumps({"problem": GOOD}))
    problems = (LONGER, near, GOOD, LONGER.replace("17", "18").replace("two", "six"))
    assert unique(UniqueSettings(), *problems) == ["", "near_problem", "", ""]
    assert unique(UniqueSettings(near=None), LONGER, LONGER) == ["", ""]
    against = UniqueSettings(against=(str(held),))
    assert unique(against, *problems) == ["", "near_problem", "contaminated", ""]
    with pytest.raises(ConfigError, match="neither known nor a file"):
        unique(UniqueSettings(against=("no-such-set",)))
