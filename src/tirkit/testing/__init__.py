"""Doubles and harnesses that ship: test your own solver without a model or a GPU."""
