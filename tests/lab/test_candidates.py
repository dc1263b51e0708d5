"""Every rule, selector and preset is among the candidates, also those to come."""

import pytest

from tirkit.config.load import load_settings, preset_names
from tirkit.errors import ConfigError
from tirkit.lab import all_candidates, candidate, preset_candidate, rule_candidates
from tirkit.scheduler import parse_stop_rule, stop_rules
from tirkit.selection.parse import STAGES, parse_selector

NEED_MORE = {"not_before", "length_matched", "after_seconds", "after_tokens"}


def test_candidates_when_listed_then_names_differ_and_one_is_the_full_vote() -> None:
    listed = all_candidates()
    names = [one.name for one in listed]
    assert len(set(names)) == len(names)
    assert [one.kind for one in listed].count("full") == 1
    for one in listed:
        assert str(parse_selector(one.selector)) == one.selector
        if one.stop:
            parse_stop_rule(one.stop)


def test_candidates_when_a_rule_is_registered_then_it_is_among_them() -> None:
    told = " ".join(one.stop for one in rule_candidates())
    registered = {name for name in stop_rules.__all__ if name.islower()}
    assert {name for name in registered if f"{name}(" not in told} <= NEED_MORE


def test_candidates_when_a_stage_is_registered_then_it_is_among_them() -> None:
    told = [one.selector for one in all_candidates()]
    for stage in STAGES:
        assert any(text.startswith(f"{stage.name}(") for text in told)


def test_candidates_when_a_preset_ships_then_its_rule_and_selector_are_among_them() -> None:
    presets = {one.name: one for one in all_candidates() if one.kind == "preset"}
    assert set(presets) == {f"preset {name}" for name in preset_names()}
    for name in preset_names():
        settings = load_settings(name, environment={})
        one = presets[f"preset {name}"]
        assert (one.stop, one.policy.attempts) == (settings.stop, settings.attempts)
        assert one.within(4).attempts == min(4, settings.attempts)
    deepconf = preset_candidate("x", load_settings("deepconf-low", environment={}))
    assert "deepconf" in deepconf.left_out


def test_candidates_when_own_ones_are_given_then_they_are_read() -> None:
    own = all_candidates((("when_agreed(2)", ""), ("", "softmax(temperature=2)")))[-2:]
    assert {one.name for one in own} == {"when_agreed(2)", "softmax(temperature=2)"}
    assert len(all_candidates((("", "softmax()"),))) == len(all_candidates())
    assert [one.kind for one in own] == ["own", "own"]
    with pytest.raises(ConfigError, match="a stop rule or a selector"):
        all_candidates((("", ""),))
    with pytest.raises(ConfigError, match="unknown stop rule"):
        candidate("x", "own", "agreed(2)")
