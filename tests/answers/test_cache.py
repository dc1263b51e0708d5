"""What comparing two answers gave is remembered, within bounds."""

import math
from concurrent.futures import ThreadPoolExecutor

from tirkit.answers import Equivalence
from tirkit.answers.cache import PairCache
from tirkit.answers.comparison import Comparison

EXACT = Comparison()


def test_cache_when_asked_in_either_order_then_remembers() -> None:
    cache = PairCache()
    assert cache.get("a", "b", EXACT) is None
    cache.put("b", "a", EXACT, Equivalence.EQUAL, math.inf)
    assert cache.get("a", "b", EXACT) is Equivalence.EQUAL
    assert cache.get("b", "a", Comparison(timeout_seconds=99)) is Equivalence.EQUAL
    assert cache.get("a", "b", Comparison(places=2)) is None


def test_cache_when_a_pair_was_not_settled_in_time_then_a_longer_bound_asks_again() -> None:
    cache = PairCache()
    cache.put("a", "b", Comparison(timeout_seconds=2), Equivalence.UNKNOWN, 2)
    assert cache.get("a", "b", Comparison(timeout_seconds=1)) is Equivalence.UNKNOWN
    assert cache.get("a", "b", Comparison(timeout_seconds=2)) is Equivalence.UNKNOWN
    assert cache.get("a", "b", Comparison(timeout_seconds=3)) is None


def test_cache_when_the_pair_was_not_to_blame_then_forgets_it() -> None:
    cache = PairCache()
    cache.put("a", "b", EXACT, Equivalence.UNKNOWN, 0)
    assert len(cache) == 0


def test_cache_when_full_then_forgets_what_was_not_asked_for_longest() -> None:
    cache = PairCache(size=2)
    for name in "xyz":
        if name == "z":
            assert cache.get("a", "x", EXACT)
        cache.put("a", name, EXACT, Equivalence.DIFFERENT, math.inf)
    found = {name: cache.get("a", name, EXACT) for name in "xyz"}
    assert found == {"x": Equivalence.DIFFERENT, "y": None, "z": Equivalence.DIFFERENT}
    cache.clear()
    assert len(cache) == 0


def test_cache_when_used_from_many_threads_then_stays_within_its_size() -> None:
    cache = PairCache(size=8)

    def work(number: int) -> None:
        for turn in range(200):
            pair = str(number), str(turn % 20)
            cache.put(*pair, EXACT, Equivalence.EQUAL, math.inf)
            cache.get(*pair, EXACT)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    assert len(cache) == 8
