"""The model card, from what the stages left behind: no figure in it is written by hand."""

import json
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from safetensors import safe_open

from examples.training.commands import COMMANDS
from examples.training.log import read_log

_HEAD = """\
---
license: apache-2.0
pipeline_tag: text-generation
tags: [tool-integrated reasoning, mathematics, tirkit]
---

# tirkit-nano

A Llama of {parameters:,} parameters, trained from scratch, that solves short problems of
competition style by writing Python, reading what it prints, and boxing an answer. It is there so
that tirkit can be seen, tested and measured on real attempts without a GPU.

| layers | hidden | heads | feed forward | vocabulary | context | weights |
|---|---|---|---|---|---|---|
| {layers} | {hidden} | {heads} | {feed_forward} | {vocabulary} | {context} | {megabytes:.1f} MB |
"""
_USE = """\

## Use

```sh
tirkit solve --engine local "What is 23^1343 modulo 725?"
tirkit solve --engine vllm:tirkit-nano --preset nano "What is 23^1343 modulo 725?"
```

Shares in the tables are in percent with 95 % intervals, sampled at temperature 1. *Unseen* is what
of a problem was never trained on: its numbers, its phrasing too, or its whole family.
"""
_MADE = f"""\

## Made by

```
{COMMANDS}```

The data is drawn by seed and solved in real kernels; the rows of the logs are in `training/`.
"""
_LIMITS = """\

## Limits

It knows the families of problems it was made for, in the English phrasings and with numbers of the
size it was shown, and nothing else: another phrasing of the same question is lost on it. Numbers it
copies wrong are its commonest error. It does no chat, and no reasoning beyond those programs:
whatever it says on another subject is noise. The code it writes is untrusted code like any model's.
"""
_CURVE_POINTS = 12


def model_card(pack: Path, stages: Sequence[Path], tables: Mapping[str, str] | None = None) -> str:
    """The text of the card.

    Args:
        pack: directory with the model's files.
        stages: directories of the stages; each may hold a log and `summary.json`.
        tables: what was measured, in Markdown, by engine and stage; the pack's own first.
    """
    config = json.loads((pack / "config.json").read_text(encoding="utf-8"))
    size = (pack / "model.safetensors").stat().st_size
    head = _HEAD.format(
        parameters=parameters_of(pack / "model.safetensors"),
        layers=config["num_hidden_layers"],
        hidden=config["hidden_size"],
        heads=config["num_attention_heads"],
        feed_forward=config["intermediate_size"],
        vocabulary=config["vocab_size"],
        context=config["max_position_embeddings"],
        megabytes=size / 1e6,
    )
    told = [text for stage in stages for text in _stage(stage)]
    return "".join([head, _USE, *_measured(tables or {}), _MADE, *told, _LIMITS])


def _measured(tables: Mapping[str, str]) -> Iterator[str]:
    for name, table in tables.items():
        yield f"\n## Measured: {name}\n\n{table}"


def parameters_of(weights: Path) -> int:
    """How many numbers a safetensors file holds, told by its header."""
    with safe_open(weights, framework="np") as file:
        names = file.keys()
        return sum(prod(file.get_slice(name).get_shape()) for name in names)


def _stage(directory: Path) -> Iterator[str]:
    summary = directory / "summary.json"
    log = [row for row in read_log(directory) if "loss" in row]
    if not log and not summary.is_file():
        return
    yield f"\n## Stage {directory.name}\n\n"
    if summary.is_file():
        told = json.loads(summary.read_text(encoding="utf-8"))
        yield "".join(f"- {name}: {value}\n" for name, value in told.items() if _is_short(value))
    if log:
        yield "\n| step | minutes | loss | token accuracy |\n|---|---|---|---|\n"
        yield "".join(map(_line, _spread(log)))


def _is_short(value: object) -> bool:
    return not isinstance(value, dict | list)


def _spread(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A dozen rows, the first and the last among them."""
    if len(rows) <= _CURVE_POINTS:
        return list(rows)
    step = (len(rows) - 1) / (_CURVE_POINTS - 1)
    return [rows[round(number * step)] for number in range(_CURVE_POINTS)]


def _line(row: dict[str, Any]) -> str:
    accuracy = row.get("mean_token_accuracy")
    told = "" if accuracy is None else f"{accuracy:.3f}"
    return f"| {row['step']} | {row['seconds'] / 60:.1f} | {row['loss']:.3f} | {told} |\n"
