"""Near texts against brute force, and questions that stand in a benchmark."""

import random

import pytest

from tirkit.export import Benchmarks, NearTexts
from tirkit.export.nearness import jaccard, shingles, words
from tirkit.types import Problem

VOCABULARY = [f"w{n}" for n in range(400)]


def corpus(seed: int, texts: int) -> list[str]:
    """Texts of which many are changed copies of earlier ones, from hardly to wholly."""
    lot = random.Random(seed)
    made: list[list[str]] = []
    for _ in range(texts):
        if made and lot.random() < 0.7:
            copy = list(lot.choice(made))
            for _ in range(lot.randrange(6)):
                copy[lot.randrange(len(copy))] = lot.choice(VOCABULARY)
        else:
            copy = lot.choices(VOCABULARY, k=lot.randrange(20, 80))
        made.append(copy)
    return [" ".join(one) for one in made]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8, 0.95, 1.0])
def test_near_texts_when_compared_with_every_pair_then_they_are_the_same(share: float) -> None:
    texts = corpus(1, 250)
    near = NearTexts(share)
    known = [shingles(text, 5) for text in texts]
    found = missed = wrong = 0
    for number, text in enumerate(texts):
        first = next(
            (str(n) for n in range(number) if jaccard(known[n], known[number]) >= share), None
        )
        told = near.near(text)
        near.add(str(number), text)
        found += first is not None
        missed += told is None and first is not None
        wrong += told is not None and jaccard(known[int(told)], known[number]) < share
    assert found > 20
    assert missed == wrong == 0


def test_near_texts_when_only_signs_differ_then_they_are_the_same() -> None:
    near = NearTexts(1.0)
    near.add("first", r"Find \(x^2\) for all $x$ in the plane.")
    assert near.near("find X^2, for all x: in the plane") == "first"
    assert near.near("Find y^2 for all y in the plane.") is None


def test_near_texts_when_they_are_empty_or_huge_then_they_are_told_apart() -> None:
    near = NearTexts(0.8)
    near.add("empty", "")
    near.add("huge", "word " * 3 + " ".join(f"n{n}" for n in range(30_000)))
    assert near.near("$$ + $$") == "empty"
    assert near.near(" ".join(f"n{n}" for n in range(30_000))) == "huge"
    assert near.near("something else") is None


TEN = "a train leaves the town at noon and another follows"
SHORT = "count the primes"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TEN, ("b1", "the same")),
        (TEN.upper().replace(" ", "\n"), ("b1", "the same")),
        (f"On Monday {TEN} it.", ("b1", TEN)),
        (f"On Monday {TEN.replace('noon', 'dusk')} it.", None),
        (" ".join(TEN.split()[1:]), None),
        (f"Now {SHORT} below ten.", ("b2", SHORT)),
        ("Count all the primes", None),
        ("Two words", ("b3", "the same")),
        ("These are two words in a text", None),
        ("", None),
    ],
)
def test_benchmarks_when_a_question_is_held_then_it_is_named(
    text: str, found: tuple[str, str] | None
) -> None:
    held = Benchmarks()
    held.add("bench", [Problem(TEN, "b1"), Problem(SHORT, "b2"), Problem("two words", "b3")])
    overlap = held.overlap(text)
    told = None if overlap is None else (overlap.problem_id, overlap.why)
    assert told == found


def test_words_when_a_text_holds_latex_then_only_words_and_numbers_count() -> None:
    assert words(r"\frac{1}{2} of Ünder $x_1$") == ["frac", "1", "2", "of", "ünder", "x_1"]
