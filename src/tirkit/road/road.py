"""The road from documents to trajectories, stage by stage."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from anyio import from_thread, to_thread

from tirkit.engines import Engine
from tirkit.engines.started_once import StartedOnce
from tirkit.errors import ConfigError
from tirkit.events import Listener, ignore
from tirkit.kernels import KernelSource
from tirkit.prompts.road import load_road_texts
from tirkit.records.folder import LOCK_FILE, DirectoryLock
from tirkit.road.asking import AskStage
from tirkit.road.documents import DocumentsStage
from tirkit.road.folder import (
    FileRows,
    StageCounts,
    StageFiles,
    disk_faults,
    file_digest,
    write_json,
)
from tirkit.road.quality import QualityStage, UniqueStage
from tirkit.road.rows import Outcome, Rows
from tirkit.road.settings import RoadSettings, SolveSettings
from tirkit.road.solving import AgreeStage, Solved, TrajectoryStage
from tirkit.road.stage import Desk, Stage, Tell, silent
from tirkit.road.tasks import Classify, Extract, Transform

_TITLE = "road.json"
_VERSION = 1
STAGES = (
    "documents",
    "extract",
    "classify",
    "transform",
    "quality",
    "unique",
    "agree",
    "cot",
    "tir",
)
"""The stages in their order; the last two both start from what was agreed on."""


async def run_road(
    documents: Sequence[Path],
    out: Path,
    engine: Engine,
    settings: RoadSettings | None = None,
    *,
    until: str = STAGES[-1],
    kernels: KernelSource | None = None,
    listener: Listener = ignore,
    tell: Tell = silent,
) -> list[StageCounts]:
    """Go from documents to trajectories; killed at any moment and run again, it goes on.

    A stage that was done from the same rows with the same settings is left as it is. One that has
    to be done again takes what the model said before, where it would be asked the same. The engine
    is started when a stage needs it.

    Args:
        documents: files and folders of posts and pages.
        out: the folder; absent, empty, or one of a road.
        engine: is asked and solves; not entered.
        settings: of every stage.
        until: the last stage to do.
        kernels: an entered pool to share.
        listener: hears what happens in runs.
        tell: hears how far a stage is.

    Returns:
        What became of the rows of each stage.

    Raises:
        ConfigError: there is no document, or `out` holds something else.
        RecordError: what `out` holds is damaged or in use, or cannot be written.
        EngineError, KernelError: some rows could not be worked on; the others are kept.
    """
    if until not in STAGES:
        raise ConfigError(f"unknown stage {until!r}: use one of {', '.join(STAGES)}")
    chosen = settings or RoadSettings()
    stages = await to_thread.run_sync(make_stages, documents, chosen, engine.name)
    with disk_faults(out):
        _claim(out)
        lock = DirectoryLock.acquire(out)
    try:
        write_json(out / _TITLE, {"road": _VERSION, "settings": chosen.model_dump(mode="json")})
        async with AsyncExitStack() as stack:
            desk = Desk(out, StartedOnce(engine, stack), kernels, listener, tell)
            done = await _walk(stages[: STAGES.index(until) + 1], desk)
    finally:
        lock.release()
    write_json(out / "counts.json", {"stages": [one.as_dict() for one in done]})
    return done


def make_stages(
    documents: Sequence[Path], settings: RoadSettings, engine: str
) -> tuple[Stage, ...]:
    """The stages in their order; blocks.

    Raises:
        ConfigError: documents, benchmarks, texts, a preset or a setting cannot be read.
    """
    settings.check()
    ask, seed = settings.ask, settings.seed
    texts = load_road_texts(ask.texts)

    def solved(name: str, how: SolveSettings) -> Solved:
        return Solved(name, how.settings(seed, settings.quality.domain), engine)

    domain = settings.quality.domain
    return (
        DocumentsStage(documents, settings.documents),
        AskStage(Extract(texts, ask.most_problems, ask.grounded), ask, texts, engine, seed),
        AskStage(Classify(texts, settings.proofs == "transform"), ask, texts, engine, seed),
        AskStage(Transform(texts), ask, texts, engine, seed),
        QualityStage(settings.quality),
        UniqueStage(settings.unique),
        AgreeStage(
            settings.agree, solved("agree", settings.agree), settings.agree.settings(seed, domain)
        ),
        *(
            TrajectoryStage(
                name, part, solved(name, part), part.settings(seed, domain), with_code=with_code
            )
            for name, part, with_code in (
                ("cot", settings.cot, False),
                ("tir", settings.tir, True),
            )
        ),
    )


async def _walk(stages: Sequence[Stage], desk: Desk) -> list[StageCounts]:
    done: list[StageCounts] = []
    before = agreed = (FileRows(None), "")
    for number, stage in enumerate(stages, 1):
        rows, digest = agreed if stage.name == "tir" else before
        files = StageFiles(desk.folder, f"{number:02}-{stage.name}")
        counts = await _do(stage, files, rows, digest, desk)
        done.append(counts)
        before = FileRows(files.rows, counts.rows), file_digest(files.rows)
        if stage.name == "agree":
            agreed = before
    return done


async def _do(stage: Stage, files: StageFiles, rows: Rows, digest: str, desk: Desk) -> StageCounts:
    identity = await to_thread.run_sync(stage.identity)
    text = json.dumps([_VERSION, stage.name, identity, digest], sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()
    there = await to_thread.run_sync(files.done, key, stage.name)
    if there is not None:
        return there
    await stage.prepare(rows, desk)

    def write() -> StageCounts:
        def told() -> Iterator[Outcome]:
            for number, outcome in enumerate(stage.outcomes(rows, desk), 1):
                from_thread.check_cancelled()
                desk.tell(stage.name, number, len(rows))
                yield outcome

        return files.write(key, stage.name, told())

    return await to_thread.run_sync(write)


def _claim(out: Path) -> None:
    """Make the folder; refuse one that holds something else."""
    out.mkdir(parents=True, exist_ok=True)
    ours = {LOCK_FILE, f"{_TITLE}.partial"}  # left by a process that was killed at once
    if not (out / _TITLE).exists() and any(one.name not in ours for one in out.iterdir()):
        raise ConfigError(f"{out} holds something else than a road: use another --out")
