"""Child processes that compare answers by symbols, and can be killed."""

from tirkit.answers.pool.pool import AnswerPool, default_pool

__all__ = ("AnswerPool", "default_pool")
