"""The families of problems."""

from examples.training.families import (
    arithmetic_of_powers,
    number_theory_congruences,
    number_theory_digit_sums,
    number_theory_digits,
    number_theory_divisors,
    number_theory_equations,
    number_theory_factorials,
    number_theory_multiples,
    number_theory_pairs,
    number_theory_primes,
    number_theory_residues,
    number_theory_totals,
)
from examples.training.family import Family

ROOMS = (
    arithmetic_of_powers,
    number_theory_congruences,
    number_theory_digit_sums,
    number_theory_digits,
    number_theory_divisors,
    number_theory_equations,
    number_theory_factorials,
    number_theory_multiples,
    number_theory_pairs,
    number_theory_primes,
    number_theory_residues,
    number_theory_totals,
)
FAMILIES: tuple[Family, ...] = tuple(family for room in ROOMS for family in room.FAMILIES)
BY_NAME = {family.name: family for family in FAMILIES}
