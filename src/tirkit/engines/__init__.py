"""Engines: what turns token ids into token ids. Importing this loads none of them."""

from tirkit.engines.interface import Engine
from tirkit.engines.registry import engine_from_name

__all__ = ("Engine", "engine_from_name")
