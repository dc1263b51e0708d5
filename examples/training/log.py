"""The log of a training: one JSON line each few steps, whole also after a kill."""

import json
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

LOG_FILE = "log.jsonl"
_NOT_TOLD = {"epoch", "total_flos", "train_samples_per_second", "train_steps_per_second"}


class LogFile(TrainerCallback):  # type: ignore[misc] # transformers is not typed
    """Appends what a trainer logs.

    Training that goes on from a checkpoint repeats the steps behind it: their rows are dropped
    first, so that every step stands there once.

    Args:
        directory: of the log.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / LOG_FILE
        self._began = time.monotonic()
        self._before = 0.0

    def on_train_begin(
        self,
        args: TrainingArguments,  # noqa: ARG002 - the trainer calls with all
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Drop what will be told again."""
        kept = [row for row in read_log(self._path.parent) if row["step"] <= state.global_step]
        self._before = max((row["seconds"] for row in kept), default=0.0)
        self._began = time.monotonic()
        text = "".join(json.dumps(row) + "\n" for row in kept)
        self._path.write_text(text, encoding="utf-8")

    def on_log(
        self,
        args: TrainingArguments,  # noqa: ARG002
        state: TrainerState,
        control: TrainerControl,  # noqa: ARG002
        logs: dict[str, float] | None = None,
        **_: Any,  # noqa: ANN401
    ) -> None:
        """Append a row."""
        seconds = self._before + time.monotonic() - self._began
        told = {name: value for name, value in (logs or {}).items() if name not in _NOT_TOLD}
        row = {"step": state.global_step, "seconds": round(seconds, 1), **told}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def read_log(directory: Path) -> list[dict[str, Any]]:
    """The rows of a log; a torn last one is left out, and a log that is not there has none."""
    path = directory / LOG_FILE
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]
