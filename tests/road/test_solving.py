"""Problems that are solved on the road."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tirkit.engines.replay import Fault, FaultKind, Recording, ReplayEngine, RequestPlace
from tirkit.errors import EngineError
from tirkit.road import AgreeSettings, Desk, Draft, Outcome
from tirkit.road.rows import Row
from tirkit.road.solving import AgreeStage, Solved
from tirkit.testing import FakeKernelSource
from tirkit.types import GenerateRequest


class Listed:
    """Rows in memory."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.rows = [one.model_dump(mode="json") for one in drafts]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def draft(name: str, answer: str | None = None, problem: str = "") -> Draft:
    asked = problem or f"What is the answer to {name}?"
    return Draft(id=name, document="d", problem=asked, answer=answer)


async def agreed(
    folder: Path, engine: ReplayEngine, drafts: Sequence[Draft], settings: AgreeSettings
) -> list[Outcome]:
    how = settings.settings(0, "any")
    stage = AgreeStage(settings, Solved("agree", how, engine.name), how)
    desk = Desk(folder, engine, FakeKernelSource({}))
    await stage.prepare(Listed(drafts), desk)
    return list(stage.outcomes(Listed(drafts), desk))


def says(*answers: str) -> ReplayEngine:
    """An engine whose attempts come to these answers, in turn; "" to none."""

    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        answer = answers[place.index % len(answers)]
        return Recording.from_text(f"It is \\boxed{{{answer}}}." if answer else "Hm.")

    return ReplayEngine(script)


def told(outcome: Outcome) -> str:
    if outcome.dropped:
        return outcome.dropped[0].why
    [row] = outcome.rows
    return f"{row['answer']} {row['votes']}/{row['attempts']}"


@pytest.mark.parametrize(
    ("source", "answers", "more", "wanted"),
    [
        (None, ("1/2", "0.5", r"\frac12", "3"), {}, "3/4"),
        (None, ("1", "1", "2", "2"), {}, "2/4"),
        ("7", (*"7777777", *map(str, range(10, 53))), {"attempts": 50, "support": 0.14}, "7 7/50"),
        (None, ("1", "1", "2", ""), {"majority": 0.75}, "no_agreement"),
        (None, ("1", "2", "3", "4"), {}, "no_agreement"),
        (None, ("", "", "", ""), {}, "no_attempt_answered"),
        (None, ("1", "", "", ""), {}, "no_agreement"),
        (r"\frac{1}{2}", ("0.5", "3", "4", "5"), {}, r"\frac{1}{2} 1/4"),
        ("7", ("1", "1", "1", "7"), {}, "7 1/4"),
        ("7", ("1", "1", "1", "7"), {"support": 0.5}, "differs_from_document"),
        ("7", ("1", "2", "3", "7"), {"support": 0.5}, "no_agreement"),
        ("7", ("7", "7", "7", "7"), {"most_support": 0.9}, "too_easy"),
        ("7", ("7", "7", "7", "1"), {"most_support": 0.9}, "7 3/4"),
    ],
)
async def test_agree_when_attempts_answer_then_their_shares_decide(
    source: str | None,
    answers: tuple[str, ...],
    more: dict[str, float],
    wanted: str,
    tmp_path: Path,
) -> None:
    settings = AgreeSettings(**{"attempts": 4, **more})  # type: ignore[arg-type]
    [outcome] = await agreed(tmp_path, says(*answers), [draft("p", source)], settings)
    assert told(outcome).endswith(wanted)


async def test_agree_when_a_problem_does_not_fit_the_context_then_the_others_go_on(
    tmp_path: Path,
) -> None:
    def script(request: GenerateRequest) -> Recording:
        return Recording.from_text("It is \\boxed{7}.")

    engine = ReplayEngine(script, context_tokens=4_000)
    drafts = [draft("a", "7"), draft("b", "7", "Why? " * 10_000), draft("c", "7")]
    outcomes = await agreed(tmp_path, engine, drafts, AgreeSettings(attempts=2))
    assert [told(one) for one in outcomes] == ["7 2/2", "no_attempt_answered", "7 2/2"]


async def test_agree_when_the_engine_fails_on_a_problem_then_it_is_tried_again(
    tmp_path: Path,
) -> None:
    def script(request: GenerateRequest) -> Recording:
        fails = "to b?" in request.prompt_text
        fault = Fault(FaultKind.ERROR) if fails else None
        return Recording.from_text("It is \\boxed{7}.", fault=fault)

    drafts = [draft("a", "7"), draft("b", "7"), draft("c", "7")]
    settings = AgreeSettings(attempts=2)
    with pytest.raises(EngineError, match="injected fault"):
        await agreed(tmp_path, ReplayEngine(script), drafts, settings)
    asked: list[str] = []

    def again(request: GenerateRequest) -> Recording:
        asked.append(request.prompt_text)
        return Recording.from_text("It is \\boxed{7}.")

    outcomes = await agreed(tmp_path, ReplayEngine(again), drafts, settings)
    assert [told(one) for one in outcomes] == ["7 2/2"] * 3
    assert len(asked) == 2
    assert all("to b?" in one for one in asked)


async def test_agree_when_attempts_fail_then_they_count_and_no_few_votes_win(
    tmp_path: Path,
) -> None:
    def script(request: GenerateRequest) -> Recording:
        place = RequestPlace.of(request.request_id)
        assert place is not None
        fails = place.index > 0
        fault = Fault(FaultKind.ERROR) if fails else None
        return Recording.from_text("It is \\boxed{7}.", fault=fault)

    drafts = [draft("a"), draft("b", "7"), draft("c", "8")]
    settings = AgreeSettings(attempts=4, majority=0.5, support=0.25)
    outcomes = await agreed(tmp_path, ReplayEngine(script), drafts, settings)
    assert [told(one) for one in outcomes] == ["attempts_failed", "7 1/4", "attempts_failed"]
