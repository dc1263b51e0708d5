"""The stages of training, each from what the ones before left in the work folder."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from random import Random

import anyio
from transformers import AutoTokenizer

from examples.training.data import ROWS_FILE, make_data
from examples.training.draw import draw_testing, draw_training, problem_of
from examples.training.evaluate import evaluate as measure_pack
from examples.training.evaluate import figures_table
from examples.training.family import Family
from examples.training.genselect import select_rows
from examples.training.pack import check_pack, pack_model
from examples.training.pairs import pairs_of
from examples.training.prefer import train_on_pairs
from examples.training.rows import read_rows, rows_of, write_rows
from examples.training.sample import engine_for, weights_tag
from examples.training.sample import sample as sample_attempts
from examples.training.settings import (
    PROMPT,
    DataTerms,
    EvaluateTerms,
    PreferTerms,
    SampleTerms,
    SelectTerms,
    TokenizerTerms,
    TrainTerms,
)
from examples.training.sft import MODEL_FOLDER, train_on_rows
from examples.training.ship import ship_model
from examples.training.tokenizer import make_tokenizer
from tirkit.engines.models import nano_directory

_TRAINED = ("data", "sft", "prefer", "genselect")
"""Stages that leave something to tell on the model's card."""
_CHECKED = 8
"""Prompts of each tier from which engines must write the same."""
_CHECK_SEED = 7


@dataclass(frozen=True, slots=True)
class Place:
    """Where things of a training lie, and what it draws from.

    Attributes:
        work: folder of all stages.
        config: TOML file of the stage; None for one that has none.
        families: to draw from.
        model: directory or name in place of the model of stage 1; "" for that.
        engines: that a pack is checked against.
    """

    work: Path
    config: Path
    families: tuple[Family, ...]
    model: str = ""
    engines: tuple[str, ...] = ("local",)

    @property
    def tokenizer(self) -> Path:
        """Where the tokenizer lies."""
        return self.work / "tokenizer"

    @property
    def rows(self) -> Path:
        """The rows of stage 1."""
        return self.work / "data" / ROWS_FILE

    @property
    def pack(self) -> Path:
        """Where the model is packed."""
        return self.work / "pack"

    @property
    def start(self) -> str:
        """The model a later stage starts from."""
        return self.model or str(self.work / "sft" / MODEL_FOLDER)


def tokenizer(place: Place) -> str:
    """Learn the tokenizer."""
    terms = TokenizerTerms.load(place.config)
    return f"{len(make_tokenizer(place.families, terms, place.tokenizer))} tokens"


def data(place: Place) -> str:
    """Run reference solutions and write the training set."""
    terms = DataTerms.load(place.config)
    made = anyio.run(make_data, place.families, terms, place.tokenizer, place.rows.parent)
    rate = made.cells / made.seconds
    return f"{made.rows} rows, {made.tokens} tokens, {made.cells} cells at {rate:.0f}/s"


def sft(place: Place) -> str:
    """Stage 1: train from scratch."""
    terms = TrainTerms.load(place.config)
    return str(train_on_rows(read_rows(place.rows), terms, place.tokenizer, place.work / "sft"))


def pack(place: Place) -> str:
    """Pack a trained model and see that the engines write the same."""
    made = pack_model(
        Path(place.start),
        [place.work / name for name in _TRAINED],
        place.pack,
    )
    tests = [
        draw_testing(place.families, tier, _CHECKED, _CHECK_SEED, "parameters")
        for tier in (1, 2, 3)
    ]
    problems = [problem_of(one) for one in chain(*tests)]
    told = [anyio.run(partial(check_pack, made, problems, PROMPT, kind)) for kind in place.engines]
    return "\n".join(map(str, (made, *told)))


def evaluate(place: Place) -> str:
    """Measure the packed model."""
    terms = EvaluateTerms.load(place.config)
    out = place.work / f"evaluate-{terms.engine}" / weights_tag(place.pack)
    return figures_table(anyio.run(measure_pack, place.pack, place.families, terms, out))


def ship(place: Place) -> str:
    """Put the packed and measured model into tirkit."""
    stages = [place.work / name for name in _TRAINED]
    evaluations = sorted(place.work.glob("evaluate-*/*/"))
    return str(ship_model(place.pack, stages, evaluations, nano_directory()))


def prefer(place: Place) -> str:
    """Stage 2: sample attempts with the packed model, make pairs, train on them."""
    terms = PreferTerms.load(place.config)
    train = terms.train.model_copy(update={"model": place.start})
    terms = terms.model_copy(update={"train": train})
    records = _sampled(place, terms.sample, "prefer")
    return str(train_on_pairs(pairs_of(records, terms), terms, place.work / "prefer"))


def genselect(place: Place) -> str:
    """Stage 3: sample attempts with the packed model, make windows, learn to choose."""
    terms = SelectTerms.load(place.config)
    directory = place.work / "genselect"
    records = _sampled(place, terms.sample, "genselect")
    words = AutoTokenizer.from_pretrained(place.start)
    number = write_rows(directory / ROWS_FILE, select_rows(records, terms, words))
    solved = list(rows_of([records], Counter()))
    Random(f"rehearse/{terms.sample.seed}").shuffle(solved)
    rows = chain(read_rows(directory / ROWS_FILE), solved[: round(terms.rehearse * number)])
    train = terms.train.model_copy(update={"model": place.start})
    return str(train_on_rows(rows, train, place.start, directory))


def lora(place: Place) -> str:
    """Stage 1 on another model, with adapters."""
    terms = TrainTerms.load(place.config)
    terms = terms.model_copy(update={"model": place.model or terms.model})
    words = AutoTokenizer.from_pretrained(terms.model)
    rows = rows_of([place.rows.parent / "tools"], Counter(), words)
    wanted = terms.batch * terms.accumulate * terms.steps
    some = islice(rows, wanted) if wanted else rows
    return str(train_on_rows(some, terms, terms.model, place.work / "lora"))


def _sampled(place: Place, terms: SampleTerms, stage: str) -> Path:
    """Attempts of the packed model at problems of the training families; the records."""
    drawn = draw_training(place.families, terms.problems, terms.seed)
    out = place.work / stage / f"attempts-{weights_tag(place.pack)}"
    problems = [problem_of(one) for one in drawn]
    anyio.run(sample_attempts, engine_for(place.pack, terms), problems, terms, out)
    return out


STAGES: dict[str, Callable[[Place], str]] = {
    stage.__name__: stage
    for stage in (tokenizer, data, sft, pack, evaluate, ship, prefer, genselect, lora)
}
"""In the order they are run; `pack` and `evaluate` again behind stages 2 and 3."""
