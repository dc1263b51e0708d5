"""Settings of a judge."""

import pytest

import tirkit
from tirkit.config import load_settings
from tirkit.engines.replay import Recording, ReplayEngine
from tirkit.errors import ConfigError
from tirkit.selection.judges import GenSelect, JudgeTerms


def test_judge_when_named_then_the_settings_have_it_with_its_terms() -> None:
    assert load_settings().vote_judge() is None
    settings = load_settings(
        overrides={"judge": "genselect(window=4)", "judge_terms.safe_share": 1.0}
    )
    assert settings.vote_judge() == GenSelect(window=4)
    assert settings.judge_terms == JudgeTerms(safe_share=1.0)


def test_judge_when_it_cannot_be_read_then_the_error_names_it() -> None:
    with pytest.raises(ConfigError, match="oracle"):
        load_settings(overrides={"judge": "oracle()"})


async def test_judge_when_settings_name_one_then_the_solver_asks_it() -> None:
    def script(request: object) -> Recording:
        prompt = getattr(request, "prompt_text", "")
        if "42" in prompt:
            return Recording.from_text("Judgment: 0")
        index = int(getattr(request, "request_id", "").rsplit("#", 1)[1].split("/")[0])
        return Recording.from_text(f"\\boxed{{{42 + index}}}")

    async with tirkit.Solver(
        ReplayEngine(script), attempts=2, stop="after_attempts(2)", judge="genselect(window=4)"
    ) as solver:
        solution = await solver.solve("6 * 7?")
    assert solution.judgment is not None
