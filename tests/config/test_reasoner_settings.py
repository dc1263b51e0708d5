"""Settings of a second model."""

from pathlib import Path
from typing import Any

import pytest

from tirkit.attempt import HandoverPoint
from tirkit.config import ReasonerSettings, load_settings
from tirkit.dialects.mix import prompt_name
from tirkit.engines.replay import Recording, ReplayEngine
from tirkit.errors import ConfigError
from tirkit.prompts import load_handover

ENGINE = ReplayEngine(lambda _request: Recording.from_text(""))


def test_reasoner_when_nothing_is_set_then_there_is_none() -> None:
    assert load_settings().reasoner is None


def test_reasoner_when_made_then_is_what_the_settings_say() -> None:
    settings = load_settings(
        overrides={
            "reasoner.engine": "replay:x.jsonl",
            "reasoner.points": ["plan", "answer"],
            "reasoner.dialect.name": "fenced",
            "reasoner.limits.max_turns": 3,
            "reasoner.failed_cells": 4,
        }
    ).reasoner
    assert settings is not None
    made = settings.made(ENGINE)
    assert tuple(made.points) == (HandoverPoint.PLAN, HandoverPoint.ANSWER)
    assert (made.dialect.name, prompt_name(made.dialect)) == ("fenced", "reasoner")
    assert (made.limits.max_turns, made.failed_cells) == (3, 4)
    assert made.texts == load_handover()


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("points", [], "points"),
        ("points", ["nowhere"], "points"),
        ("failed_cells", 0, "failed_cells"),
        ("texts", "nothing", "unknown hand-over texts 'nothing'"),
        ("dialect", {"prompt": ["cot", "tool"]}, "mix of prompts"),
        ("unheard_of", 1, "unheard_of"),
    ],
)
def test_reasoner_when_a_setting_is_wrong_then_the_error_names_it(
    setting: str, value: Any, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings(overrides={f"reasoner.{setting}": value})


def test_texts_when_a_file_lacks_a_placeholder_then_the_error_names_it(tmp_path: Path) -> None:
    path = tmp_path / "texts.toml"
    shown = {**load_handover().model_dump(), "name": "mine"}
    path.write_text("\n".join(f"{key} = '''{text}'''" for key, text in shown.items()))
    assert load_handover(path).name == "mine"
    assert ReasonerSettings(texts=str(path)).made(ENGINE).texts.name == "mine"
    for field, wrong in (("advice", "Nothing."), ("report", "<<text>> and <<problem>>")):
        changed = {**shown, field: wrong}
        path.write_text("\n".join(f"{key} = '''{text}'''" for key, text in changed.items()))
        with pytest.raises(ConfigError, match=rf"texts\.toml: .*{field}: must hold <<text>> and"):
            load_handover(path)


def test_texts_when_filled_then_what_is_filled_in_is_left_alone() -> None:
    filled = load_handover().fill("plan", problem="<<text>>?", text="<<problem>>")
    assert filled.index("<<text>>?") < filled.index("<<problem>>")
    assert filled.count("<<") == 2
