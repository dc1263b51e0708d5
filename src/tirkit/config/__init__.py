"""Settings and presets."""

from tirkit.config.competition import CompetitionSettings
from tirkit.config.dialect import DialectSettings
from tirkit.config.load import load_settings, parse_value, preset_for, preset_names
from tirkit.config.reasoner import ReasonerSettings
from tirkit.config.settings import Settings

__all__ = (
    "CompetitionSettings",
    "DialectSettings",
    "ReasonerSettings",
    "Settings",
    "load_settings",
    "parse_value",
    "preset_for",
    "preset_names",
)
