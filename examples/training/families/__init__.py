"""The families of problems."""

from examples.training.families import arithmetic_of_powers
from examples.training.family import Family

ROOMS = (arithmetic_of_powers,)
FAMILIES: tuple[Family, ...] = tuple(family for room in ROOMS for family in room.FAMILIES)
BY_NAME = {family.name: family for family in FAMILIES}
