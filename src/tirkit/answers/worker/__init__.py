"""The program of the children that compare answers with math-verify and sympy.

Nothing of it is imported by the process that asks: it holds the only doors to those two packages.
"""
