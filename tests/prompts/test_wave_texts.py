"""Texts for later waves: what they must hold, and that what is shown stays text."""

from pathlib import Path

import pytest

from tirkit.errors import ConfigError
from tirkit.prompts.waves import WaveText, load_wave_text, wave_text_names

GOOD = {
    "name": "mine",
    "source": "me",
    "ask": "<<problem>> <<candidates>>",
    "candidate": "<<answer>>",
}


def test_texts_when_shipped_then_they_load_and_tell_their_source() -> None:
    assert wave_text_names() == ("revise", "verify")
    for name in wave_text_names():
        text = load_wave_text(name)
        assert text.name == name
        assert text.source
    assert load_wave_text("verify").shows_candidates
    assert not load_wave_text("revise").shows_candidates


def test_text_when_filled_then_what_is_filled_in_is_not_searched_again() -> None:
    text = WaveText.model_validate(GOOD)
    assert text.fill("ask", problem="<<candidates>> $1 \\1", candidates="<<problem>>") == (
        "<<candidates>> $1 \\1 <<problem>>"
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ask": "<<candidates>>"}, "must hold <<problem>>"),
        ({"ask": "<<problem>>"}, "must hold <<problem>>"),
        ({"ask": "<<problem>> <<answer>>", "candidate": ""}, "both <<answer>> and <<text>>"),
        ({"ask": "<<problem>> <<candidates>> <<text>>"}, "nothing else"),
        ({"candidate": ""}, "must hold <<answer>>"),
        ({"candidate": "<<answer>> <<problem>>"}, "must hold <<answer>>"),
        ({"ask": "<<problem>> <<answer>> <<text>>"}, "must be empty otherwise"),
        ({"more": "x"}, "more"),
    ],
)
def test_text_when_its_placeholders_are_wrong_then_the_file_is_refused(
    tmp_path: Path, changed: dict[str, str], message: str
) -> None:
    path = tmp_path / "mine.toml"
    lines = [f"{key} = '{value}'" for key, value in (GOOD | changed).items()]
    path.write_text("\n".join(lines))
    with pytest.raises(ConfigError, match=message) as caught:
        load_wave_text(str(path))
    assert "mine.toml" in str(caught.value)
