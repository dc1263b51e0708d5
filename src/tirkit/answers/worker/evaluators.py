"""Every function of the two libraries that evaluates a string; each is refused once all is loaded.

`Number("...")` and `sympify` of a string end in `sympy_parser.parse_expr`, which is Python's eval.
"""

from types import ModuleType

import latex2sympy2_extended.latex2sympy2
import math_verify.parser
import sympy.core.sympify
import sympy.parsing
import sympy.parsing.sympy_parser

EVALUATORS: tuple[tuple[ModuleType, str], ...] = (
    (sympy.parsing.sympy_parser, "parse_expr"),
    (sympy.parsing.sympy_parser, "eval_expr"),
    (sympy.parsing.sympy_parser, "stringify_expr"),
    (sympy.parsing, "parse_expr"),
    (math_verify.parser, "parse_expr"),
    (math_verify.parser, "parse_expr_cached"),
    (latex2sympy2_extended.latex2sympy2, "parse_expr"),
)
