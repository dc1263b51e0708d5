"""Draws problems by seed, and keeps those for testing apart from those for training."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count
from random import Random
from typing import Literal

from examples.training.family import Family, Instance
from tirkit.errors import ConfigError
from tirkit.types import Problem

TEST_PERCENT = 10
"""Of the parameters of every family."""
_MOST_TRIES = 400
"""Draws in a row that may give nothing new before a family counts as used up."""

Kind = Literal["parameters", "phrasings", "families"]
"""What of a test set was never trained on: the numbers, the phrasing beside them, the family."""


def is_for_testing(key: str) -> bool:
    """Whether an instance's parameters are kept for the test sets, by a hash of its key."""
    return sha256(key.encode()).digest()[0] * 100 < TEST_PERCENT * 256


def problem_of(instance: Instance) -> Problem:
    """The instance as tirkit takes it."""
    family = instance.family
    told = {
        "family": family.name,
        "topic": family.topic,
        "tier": family.tier,
        "phrasing": instance.phrasing,
        "key": instance.key,
    }
    return Problem(instance.text, answer=instance.answer, metadata=told)


def draw_training(
    families: Sequence[Family], number: int, seed: int, tier_shares: Sequence[float] = (1, 1, 1)
) -> list[Instance]:
    """Instances of the trained families in the trained phrasings; no question comes twice.

    Tiers are drawn by their shares, families of a tier alike.

    Raises:
        ConfigError: the families do not hold so many.
    """
    trained = [family for family in families if not family.held_out]
    by_tier = [[one for one in trained if one.tier == tier] for tier in (1, 2, 3)]
    shares = [share if some else 0.0 for share, some in zip(tier_shares, by_tier, strict=True)]
    lot = Random(f"training/{seed}")
    seen: set[str] = set()
    drawn: list[Instance] = []
    misses = 0
    while len(drawn) < number:
        [of_tier] = lot.choices(by_tier, shares)
        family = lot.choice(of_tier)
        instance = Instance(family, family.draw(lot), lot.choice(family.trained_phrasings))
        if is_for_testing(instance.key) or instance.text in seen:
            misses += 1
            if misses > _MOST_TRIES:
                raise ConfigError(f"the families hold no more than {len(drawn)} problems")
            continue
        misses = 0
        seen.add(instance.text)
        drawn.append(instance)
    return drawn


def draw_testing(
    families: Sequence[Family], tier: int, number: int, seed: int, kind: Kind
) -> list[Instance]:
    """Instances of one tier that were never trained on; fewer where there are no such families."""
    kept = [one for one in families if one.tier == tier and one.held_out == (kind == "families")]
    if not kept:
        return []
    lot = Random(f"testing/{seed}/{tier}/{kind}")
    stream = _testing_stream(kept, lot, kind)
    drawn: dict[str, Instance] = {}
    for _ in range(number * _MOST_TRIES):
        instance = next(stream)
        drawn.setdefault(instance.text, instance)
        if len(drawn) == number:
            break
    return list(drawn.values())


def _testing_stream(kept: Sequence[Family], lot: Random, kind: Kind) -> Iterator[Instance]:
    """Instances of the families in turn."""
    for place in count():
        family = kept[place % len(kept)]
        unseen = range(family.trained_phrasings.stop, len(family.phrasings))
        phrasing = lot.choice(unseen if kind == "phrasings" else family.trained_phrasings)
        while not is_for_testing((instance := Instance(family, family.draw(lot), phrasing)).key):
            pass
        yield instance
