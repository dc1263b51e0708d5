"""Brings judges, which know no engine, together with the engine they ask."""

from tirkit.judging.asker import Asker
from tirkit.judging.judging import Judging, judge_tools

__all__ = ("Asker", "Judging", "judge_tools")
