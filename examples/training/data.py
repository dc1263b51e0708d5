"""Makes the training set: reference solutions run through tirkit, then token rows.

The records stay beside the rows: what is trained on can be read with `tirkit replay`.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from examples.training.draw import draw_training, problem_of
from examples.training.family import Family
from examples.training.rows import Row, rows_of, write_rows
from examples.training.settings import DIRECT_PROMPT, PROMPT, DataTerms
from examples.training.teacher import Solutions, TeacherEngine
from tirkit.attempt import AttemptLimits
from tirkit.bench import BenchRun, run_bench
from tirkit.config import Settings
from tirkit.config.dialect import DialectSettings
from tirkit.kernels import KernelSettings
from tirkit.types import Problem

ROWS_FILE = "rows.jsonl"
SUMMARY_FILE = "summary.json"


@dataclass(frozen=True, slots=True)
class Made:
    """What a training set came to.

    Attributes:
        rows: written.
        tokens: in them.
        learnt_tokens: of which the loss is taken.
        cells: run.
        seconds: wall time.
        dropped: attempts left out, by reason.
        families: rows by family.
    """

    rows: int
    tokens: int
    learnt_tokens: int
    cells: int
    seconds: float
    dropped: dict[str, int]
    families: dict[str, int]


async def make_data(
    families: Sequence[Family], terms: DataTerms, tokenizer: Path, directory: Path
) -> Made:
    """Draw problems, solve them, and write `rows.jsonl`; goes on where an earlier call ended.

    Args:
        families: to draw from; those held out are passed over.
        terms: what the set is made of.
        tokenizer: directory of the tokenizer.
        directory: of records and rows.
    """
    started = time.monotonic()
    drawn = draw_training(families, terms.examples, terms.seed, terms.tier_shares)
    problems = {problem.id: (problem, one) for one in drawn for problem in [problem_of(one)]}
    instances = {key: one for key, (_, one) in problems.items()}
    solutions = Solutions(instances, terms.seed, terms.wordy_share)
    asked = [problem for problem, _ in problems.values()]
    without = round(terms.direct_share * len(asked))
    runs = [
        (directory / "tools", asked[without:], False),
        (directory / "direct", asked[:without], True),
    ]
    cells = 0
    for out, some, direct in runs:
        if some:
            cells += await _solve(out, some, solutions, terms, tokenizer, direct=direct)
    return _write([out for out, some, _ in runs if some], directory, cells, started)


async def _solve(
    out: Path,
    problems: Sequence[Problem],
    solutions: Solutions,
    terms: DataTerms,
    tokenizer: Path,
    *,
    direct: bool,
) -> int:
    """Run the reference solutions as attempts; how many cells that took."""
    settings = Settings(
        attempts=1,
        max_in_flight=terms.in_flight,
        seed=terms.seed,
        limits=AttemptLimits(max_turns=8, max_cells=0 if direct else 7, answer_reserve_tokens=0),
        kernels=KernelSettings(spares=4, max_kernels=terms.in_flight + 4),
        dialect=DialectSettings(prompt=DIRECT_PROMPT if direct else PROMPT),
    )
    engine = TeacherEngine(tokenizer, solutions, direct=direct)
    metrics = await run_bench(BenchRun(engine, settings, out), problems)
    return sum(row.cells for row in metrics.rows)


def _write(runs: Sequence[Path], directory: Path, cells: int, started: float) -> Made:
    dropped: Counter[str] = Counter()
    of_families: Counter[str] = Counter()
    tokens = learnt = 0

    def counted() -> Iterator[Row]:
        nonlocal tokens, learnt
        for row in rows_of(runs, dropped):
            tokens, learnt = tokens + len(row.ids), learnt + sum(row.mask)
            of_families[row.told["family"]] += 1
            yield row

    rows = write_rows(directory / ROWS_FILE, counted())
    made = Made(
        rows, tokens, learnt, cells, time.monotonic() - started, dict(dropped), dict(of_families)
    )
    (directory / SUMMARY_FILE).write_text(json.dumps(asdict(made), indent=1), encoding="utf-8")
    return made
