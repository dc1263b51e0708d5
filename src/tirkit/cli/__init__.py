"""The command line."""

from tirkit.cli.main import main

__all__ = ("main",)
