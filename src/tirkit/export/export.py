"""Exports runs: reads, filters, and writes a folder."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tirkit.bench import load_problems
from tirkit.errors import ConfigError, RecordError
from tirkit.export.counts import ExportCounts
from tirkit.export.files import MANIFEST, ExportFolder, read_manifest
from tirkit.export.forms import SCHEMA_VERSION, Form, columns_of, schema
from tirkit.export.making import RowMaker, Terms
from tirkit.export.nearness import Benchmarks, NearTexts
from tirkit.export.presets import DEFAULTS, presets_for
from tirkit.export.source import ExportSource, Reader
from tirkit.export.writers import FileKind, digest, open_writer


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """What is exported, and how.

    Attributes:
        form: what the rows are made for.
        filters: names of presets; empty takes the form's own.
        against: benchmarks, by name or path, as `load_problems` takes them.
        near: problems with this share of five-word runs in common, or more, are the same; None
            keeps them all.
        ids: whether rows hold token ids; without them attempts of engines that tell none count.
        cancelled: whether attempts that were stopped from outside count.
        seed: of what is drawn.
        files: kinds of files to write.

    Raises:
        ConfigError: they do not go together.
    """

    form: Form
    filters: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    near: float | None = None
    ids: bool = True
    cancelled: bool = False
    seed: int = 0
    files: tuple[FileKind, ...] = (FileKind.JSONL,)

    def __post_init__(self) -> None:
        if self.near is not None and not 0 < self.near <= 1:
            raise ConfigError(f"a share of {self.near}: near problems are told from above 0 to 1")
        if self.form is Form.RL and not self.ids:
            raise ConfigError("rl is made of token ids: leave --no-ids out")
        if not self.files:
            raise ConfigError("nothing to write: ask for JSONL or Parquet")
        presets_for(self.form, self.filters)

    def as_dict(self) -> dict[str, Any]:
        """As the manifest holds it."""
        return {
            "form": self.form.value,
            "filters": list(self.filters or (DEFAULTS[self.form],)),
            "against": list(self.against),
            "near": self.near,
            "ids": self.ids,
            "cancelled": self.cancelled,
            "seed": self.seed,
            "files": [kind.value for kind in self.files],
        }


def export_runs(
    runs: Sequence[Path],
    out: Path,
    settings: ExportSettings,
    *,
    reader: Reader | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> ExportCounts:
    """Write the rows of runs to a new folder; blocks.

    An export that is there already, of the same runs with the same settings, is left as it is.
    Where no row is left nothing is written.

    Args:
        runs: folders of runs, or folders that hold some.
        out: the folder; absent, empty, or such an export.
        settings: what is exported.
        reader: gives and checks the text of ids; without one texts are as recorded.
        progress: told after each problem how many are done, of how many.

    Raises:
        ConfigError: `out` holds something else, or there is no run or benchmark of a name.
        RecordError: records are damaged, or `out` cannot be written.
        MissingExtra: Parquet needs the extra `datasets`.
    """
    source = ExportSource(runs)
    made = {
        "version": SCHEMA_VERSION,
        "settings": settings.as_dict(),
        "runs": source.identity,
        "decoded": reader is not None,
    }
    there = read_manifest(out)
    if there is not None:
        return _already_there(out, there, made)
    terms = Terms(
        settings.form,
        presets_for(settings.form, settings.filters),
        settings.ids,
        settings.cancelled,
        settings.seed,
    )
    near = None if settings.near is None else NearTexts(settings.near)
    maker = RowMaker(terms, _benchmarks(settings.against), near, reader)
    if source.open_problems:
        maker.counts.problems_dropped["not_settled"] = source.open_problems
    with ExportFolder(out) as folder:
        written = _write_rows(source, maker, settings, folder, progress)
        if maker.counts.rows:
            folder.write("schema.json", schema(settings.form, ids=settings.ids))
            folder.write("counts.json", maker.counts.as_dict())
            trainers = dataset_info(settings.form)
            if trainers and FileKind.JSONL in settings.files:
                folder.write("dataset_info.json", trainers)
            folder.write(
                MANIFEST, {"made": made, "files": written, "counts": maker.counts.as_dict()}
            )
            folder.finish()
    return maker.counts


def _write_rows(
    source: ExportSource,
    maker: RowMaker,
    settings: ExportSettings,
    folder: ExportFolder,
    progress: Callable[[int, int], None] | None,
) -> dict[str, dict[str, Any]]:
    columns = columns_of(settings.form, ids=settings.ids)
    paths = {kind: folder.partial / f"{settings.form}.{kind}" for kind in settings.files}
    total = len(source.keys)
    with ExitStack() as stack:
        writers = [
            stack.enter_context(open_writer(kind, path, columns)) for kind, path in paths.items()
        ]
        for done, group in enumerate(source.groups(), 1):
            for row in maker.rows(group):
                for writer in writers:
                    writer.add(row)
            if progress is not None:
                progress(done, total)
        for writer in writers:
            writer.finish()
    return {path.name: digest(path) for path in paths.values()}


def _benchmarks(names: Sequence[str]) -> Benchmarks:
    found = Benchmarks()
    for name in names:
        found.add(name, load_problems(name))
    return found


def _already_there(out: Path, there: Mapping[str, Any], made: Mapping[str, Any]) -> ExportCounts:
    """The counts of an export of the same runs with the same settings.

    Raises:
        ConfigError: it is another one, or its files are not there.
    """
    if there["made"] != made:
        raise ConfigError(
            f"{out} holds an export of other runs or with other settings: use another --out"
        )
    try:
        whole = all(digest(out / name) == told for name, told in there["files"].items())
        counts = ExportCounts.of(there["counts"])
    except (RecordError, LookupError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{out} holds a damaged export: use another --out") from error
    if not whole:
        raise ConfigError(f"{out} holds an export that was changed since: use another --out")
    return counts


def dataset_info(form: Form) -> dict[str, Any]:
    """What LLaMA-Factory reads to find its way in the JSONL file; empty where it has no use."""
    file = f"{form}.{FileKind.JSONL}"
    if form is Form.SFT:
        tags = {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "observation_tag": "tool",
        }
        told: dict[str, Any] = {
            "formatting": "sharegpt",
            "columns": {"messages": "messages"},
            "tags": tags,
        }
    elif form is Form.PREFERENCE:
        columns = {"prompt": "prompt", "chosen": "chosen", "rejected": "rejected"}
        told = {"ranking": True, "columns": columns}
    elif form is Form.GENSELECT:
        told = {"columns": {"prompt": "prompt", "response": "completion"}}
    else:
        return {}
    return {f"tirkit_{form}": {"file_name": file, **told}}
