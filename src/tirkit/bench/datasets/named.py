"""Sets known by name. A new one is one entry in `NAMED`.

What is said of where a set lies, its columns, size and licence was read on stored copies of its
card or in public code that loads it (2026-11); docs/datasets.md tells what was not. Nothing of a
set is loaded when this is imported.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from tirkit.answers import extract
from tirkit.bench.datasets.fields import Fields
from tirkit.bench.datasets.rows import as_it_stands
from tirkit.types import ANY_ANSWER, AnswerDomain

AIME_ANSWERS = AnswerDomain("integer", 0, 999)
AIMO3_ANSWERS = AnswerDomain("integer", 0, 99999)
INTEGERS = AnswerDomain("integer")
OWN_PROBLEMS = 68
"""How many there are in `builtin`; a test counts them."""

_HUB = "https://huggingface.co/datasets/"
_KAGGLE = "https://www.kaggle.com/competitions/"
_MATH_SUBJECTS = (
    "algebra",
    "counting_and_probability",
    "geometry",
    "intermediate_algebra",
    "number_theory",
    "prealgebra",
    "precalculus",
)


def behind_hashes(text: str) -> str:
    """The answer of GSM8K: what stands behind the last `####`, without commas in numbers."""
    return text.rpartition("####")[2].strip().replace(",", "")


def in_box(text: str) -> str:
    r"""The answer of a worked solution: its last `\boxed{}`; a bare answer as it stands."""
    found = extract(text).answer
    return text if found is None else found.text


@dataclass(frozen=True, slots=True)
class NamedDataset:
    """A set of problems that is known by a name.

    Attributes:
        name: what it is called here and in the names of local copies.
        title: what it is.
        problems: how many there are, as published.
        licence: as its card gives it; "not stated" where it gives none.
        url: to read more, and to cite.
        sources: names on the Hub, read one after the other; none where it is not published there.
        split: on the Hub.
        kaggle: competition and file, where Kaggle shows it; "" if it does not.
        packaged: file that comes with tirkit; "" if none.
        fields: which columns hold what.
        domain: which answers are admissible; None takes what the rows say.
        read_answer: takes the answer out of its column.
    """

    name: str
    title: str
    problems: int
    licence: str
    url: str
    sources: tuple[str, ...] = ()
    split: str | None = None
    kaggle: str = ""
    packaged: str = ""
    fields: Fields = field(default_factory=Fields)
    domain: AnswerDomain | None = ANY_ANSWER
    read_answer: Callable[[str], str] = as_it_stands

    @property
    def place(self) -> str:
        """Where it is loaded from, in words."""
        if self.packaged:
            return "comes with tirkit"
        return ", ".join(self.sources) if self.sources else f"kaggle: {self.kaggle}"


def _arena(
    name: str, title: str, problems: int, repository: str, domain: AnswerDomain
) -> NamedDataset:
    """A set of MathArena: all have the same columns."""
    return NamedDataset(
        name,
        title,
        problems,
        "CC BY-NC-SA 4.0",
        f"{_HUB}MathArena/{repository}",
        (f"hf:MathArena/{repository}",),
        "train",
        fields=Fields(id=("problem_idx", "id")),
        domain=domain,
    )


def _numina(
    name: str, title: str, problems: int, licence: str, domain: AnswerDomain
) -> NamedDataset:
    """A validation set of the winners of the first AIMO (Project Numina)."""
    repository = f"AI-MO/aimo-validation-{name.removeprefix('aimo1-')}"
    place = (_HUB + repository, (f"hf:{repository}",), "train")
    return NamedDataset(name, title, problems, licence, *place, domain=domain)


def _kaggle(
    name: str, title: str, competition: str, file: str, domain: AnswerDomain
) -> NamedDataset:
    """The ten problems that an AIMO competition gave with their answers."""
    slug = f"ai-mathematical-olympiad-{competition}"
    terms = "rules of the competition"
    return NamedDataset(
        name, title, 10, terms, _KAGGLE + slug, kaggle=f"{slug}/{file}", domain=domain
    )


_ALL = (
    NamedDataset(
        "builtin",
        "Problems of our own, their answers checked by code",
        OWN_PROBLEMS,
        "Apache-2.0",
        "docs/datasets.md",
        packaged="builtin.jsonl",
        fields=Fields(domain=("domain",)),
        domain=None,
    ),
    NamedDataset(
        "aime24",
        "AIME 2024, I and II",
        30,
        "not stated",
        f"{_HUB}HuggingFaceH4/aime_2024",
        ("hf:HuggingFaceH4/aime_2024",),
        "train",
        domain=AIME_ANSWERS,
    ),
    _arena("aime25", "AIME 2025, I and II", 30, "aime_2025", AIME_ANSWERS),
    _arena("aime25-i", "AIME 2025 I", 15, "aime_2025_I", AIME_ANSWERS),
    _arena("aime25-ii", "AIME 2025 II", 15, "aime_2025_II", AIME_ANSWERS),
    _arena("aime26", "AIME 2026, I and II", 30, "aime_2026", AIME_ANSWERS),
    _arena("hmmt-feb25", "HMMT, February 2025", 30, "hmmt_feb_2025", ANY_ANSWER),
    _arena("hmmt-nov25", "HMMT, November 2025", 30, "hmmt_nov_2025", ANY_ANSWER),
    _arena("hmmt-feb26", "HMMT, February 2026", 33, "hmmt_feb_2026", ANY_ANSWER),
    NamedDataset(
        "amc23",
        "AMC 12 2023, asked for a number",
        40,
        "not stated",
        f"{_HUB}math-ai/amc23",
        ("hf:math-ai/amc23",),
        "test",
    ),
    NamedDataset(
        "math500",
        "MATH-500, the part of MATH that Lightman et al. 2023 tested on",
        500,
        "not stated",
        f"{_HUB}HuggingFaceH4/MATH-500",
        ("hf:HuggingFaceH4/MATH-500",),
        "test",
        fields=Fields(id=("unique_id", "id")),
    ),
    NamedDataset(
        "math",
        "MATH (Hendrycks et al. 2021), the whole test split",
        5000,
        "MIT",
        f"{_HUB}EleutherAI/hendrycks_math",
        tuple(f"hf:EleutherAI/hendrycks_math:{subject}" for subject in _MATH_SUBJECTS),
        "test",
        fields=Fields(answer=("answer", "solution")),
        read_answer=in_box,
    ),
    NamedDataset(
        "gsm8k",
        "GSM8K (Cobbe et al. 2021), the test split",
        1319,
        "MIT",
        f"{_HUB}openai/gsm8k",
        ("hf:openai/gsm8k:main",),
        "test",
        domain=INTEGERS,
        read_answer=behind_hashes,
    ),
    _kaggle("aimo1", "AIMO 1, the training problems", "prize", "train.csv", AIME_ANSWERS),
    _kaggle(
        "aimo2", "AIMO 2, the reference problems", "progress-prize-2", "reference.csv", AIME_ANSWERS
    ),
    _kaggle(
        "aimo3",
        "AIMO 3, the reference problems",
        "progress-prize-3",
        "reference.csv",
        AIMO3_ANSWERS,
    ),
    _numina("aimo1-aime", "AIMO 1 validation: AIME 2022 to 2024", 90, "Apache-2.0", AIME_ANSWERS),
    _numina("aimo1-amc", "AIMO 1 validation: AMC 12 2022 and 2023", 83, "Apache-2.0", INTEGERS),
    _numina("aimo1-math-level-4", "AIMO 1 validation: MATH, level 4", 754, "not stated", INTEGERS),
    _numina("aimo1-math-level-5", "AIMO 1 validation: MATH, level 5", 721, "not stated", INTEGERS),
    NamedDataset(
        "omni-math",
        "Omni-MATH (Gao et al. 2024), olympiad problems",
        4428,
        "Apache-2.0",
        f"{_HUB}KbsdJames/Omni-MATH",
        ("hf:KbsdJames/Omni-MATH",),
        "test",
    ),
)

NAMED: dict[str, NamedDataset] = {one.name: one for one in _ALL}
"""Every named set, by name."""


def dataset_names() -> tuple[str, ...]:
    """The names `load_problems` knows."""
    return tuple(NAMED)


def named_dataset(name: str) -> NamedDataset | None:
    """The set of that name, or None."""
    return NAMED.get(name)
