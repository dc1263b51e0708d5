"""Asynchronous tool-integrated reasoning: models that solve mathematics with code."""

__version__ = "0.1.0"
