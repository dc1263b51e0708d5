"""Settings and presets."""

from tirkit.config.load import load_settings, parse_value, preset_names
from tirkit.config.settings import DialectSettings, Settings

__all__ = ("DialectSettings", "Settings", "load_settings", "parse_value", "preset_names")
