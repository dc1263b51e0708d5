"""The way from a problem to a solution."""

from tirkit.solver.blocking import solve
from tirkit.solver.flatten import flatten
from tirkit.solver.solver import Solver
from tirkit.solver.status import SolverStatus

__all__ = ("Solver", "SolverStatus", "flatten", "solve")
