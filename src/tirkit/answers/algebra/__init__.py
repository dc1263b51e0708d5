"""The rung below symbols: simple expressions decided in microseconds, without evaluating text.

A small grammar is read into a tree, and the tree is worked out with numbers of bounded size: exact
modulo a prime, or to so many digits with a bound on the error. Whatever the grammar does not name,
or could mean two things, is left to the children.
"""

from tirkit.answers.algebra.decide import compare_simple

__all__ = ("compare_simple",)
