"""What bounds the work on one answer."""

MAX_ANSWER_CHARS = 2_000
"""Longer text is no answer a person would write; it is kept as it is."""
MAX_DIGITS = 320
"""Most digits (exponent included) of a decimal, and of each side of a fraction, computed with.

Twice this stays within the 640 digits that `int` converts whatever `sys.set_int_max_str_digits`
says. Plain integers are handled as text and have no such bound.
"""
MAX_NESTING = 8
"""Deepest structure in a structure, and deepest fraction in a fraction, that is looked into."""
MAX_ROUNDS = 6
"""Most passes until a form no longer changes; text that still does is kept as it is."""
