"""Settings of waves."""

import pytest

from tirkit.config import load_settings
from tirkit.errors import ConfigError
from tirkit.scheduler import Wave


def test_waves_when_named_then_the_policy_has_them_in_order() -> None:
    assert load_settings().policy().waves == ()
    waves = ["wave(4, agree=3)", "wave(2, agree=2, text='revise')"]
    settings = load_settings(overrides={"waves": waves})
    assert settings.policy().waves == (Wave(4, agree=3), Wave(2, agree=2, text="revise"))


def test_waves_when_one_cannot_be_read_then_the_error_names_it() -> None:
    with pytest.raises(ConfigError, match="tide"):
        load_settings(overrides={"waves": ["tide(4)"]})
