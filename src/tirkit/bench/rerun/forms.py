"""The forms in which recorded attempts are found, one object each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tirkit.bench.answer_rows import ID_KEYS
from tirkit.bench.rerun.blocks import CodeMarks, Grammar, OutputMarks, arguments_code
from tirkit.bench.rerun.error_text import read_shown
from tirkit.bench.rerun.traces import Ended, RecordedCell
from tirkit.errors import ConfigError

Row = Mapping[str, Any]

_OUTPUT_FENCE = OutputMarks(
    r"(?:```|(?<=```))output[ \t]*\n", r"^[ \t]*```(?!\w)|(?<=<output cut>)```"
)
_TORA = Grammar(
    codes=(CodeMarks(r"^[ \t]*```(?:python|py)[^\n`]*\n", r"^[ \t]*```"),),
    outputs=(_OUTPUT_FENCE,),
)
_NEMO = Grammar(
    codes=(
        CodeMarks(r"<tool_call>", r"</tool_call>", as_json=True),
        CodeMarks(r"<TOOLCALL>", r"</TOOLCALL>", as_json=True),
        CodeMarks(r"<\|python_tag\|>", r"<\|eom_id\|>|<\|eot_id\|>"),
        CodeMarks(r"<llm-code>", r"</llm-code>"),
        CodeMarks(r"<code>\n", r"</code>"),
        CodeMarks(r"to=python[^\n]{0,60}?<\|message\|>", r"<\|call\|>"),
        CodeMarks(r"^[ \t]*```(?:python|py)[^\n`]*\n", r"```[ \t]*(?:\n|\Z)|^[ \t]*```"),
    ),
    outputs=(
        _OUTPUT_FENCE,
        OutputMarks(r"<tool_response>", r"</tool_response>"),
        OutputMarks(r"<TOOL_RESPONSE>", r"</TOOL_RESPONSE>"),
        OutputMarks(
            r"<\|start_header_id\|>ipython<\|end_header_id\|>", r"<\|eot_id\|>", in_streams=True
        ),
        OutputMarks(r"<llm-code-output>", r"</llm-code-output>"),
        OutputMarks(r"<interpreter>", r"</interpreter>"),
        OutputMarks(r"<\|start\|>python[^\n]{0,60}?<\|message\|>", r"<\|end\|>"),
    ),
)


@dataclass(frozen=True, slots=True)
class TraceForm:
    """How somebody's rows hold code and what it gave.

    Attributes:
        name: how it is chosen.
        field: what a row of it has.
        written_by: whose rows these are, with the source of the fact.
        attempts: the cells of each attempt in the value of the field; a row may hold several.
    """

    name: str
    field: str
    written_by: str
    attempts: Callable[[Any], Iterator[tuple[RecordedCell, ...]]]

    def read(self, row: Row) -> list[tuple[RecordedCell, ...]]:
        """The cells of each attempt of a row.

        Raises:
            ConfigError: the field holds something else than the form says.
        """
        return list(self.attempts(row[self.field]))


def _texts(grammar: Grammar) -> Callable[[Any], Iterator[tuple[RecordedCell, ...]]]:
    def attempts(value: object) -> Iterator[tuple[RecordedCell, ...]]:
        for text in value if isinstance(value, list) else [value]:
            if not isinstance(text, str):
                raise ConfigError(f"a text or a list of texts is read, not {_kind(text)}")
            yield tuple(grammar.cells(text))

    return attempts


def _plain(value: object) -> Iterator[tuple[RecordedCell, ...]]:
    """Cells as objects with `code` and, where it is known, `output` and `error`."""
    if not isinstance(value, list):
        raise ConfigError(f"`cells` is a list of objects with `code` and `output`: {_kind(value)}")
    yield tuple(_plain_cell(cell, place) for place, cell in enumerate(value))


def _plain_cell(cell: object, place: int) -> RecordedCell:
    if not isinstance(cell, dict) or not isinstance(cell.get("code"), str):
        raise ConfigError(f"cell {place} is no object with a text `code`")
    for name in ("output", "error"):
        if not isinstance(cell.get(name), str | None):
            raise ConfigError(f"cell {place}: {name} is {_kind(cell[name])}, not a text")
    output, error = cell.get("output"), cell.get("error")
    if error is None:
        return RecordedCell(cell["code"]) if output is None else read_shown(cell["code"], output)
    shown = read_shown(cell["code"], error)
    ended = Ended.TIMED_OUT if shown.ended is Ended.TIMED_OUT else Ended.ERROR
    line = shown.error or (error.strip().splitlines() or [""])[-1].strip()
    return RecordedCell(cell["code"], (output or "").strip(), line, ended)


def _chat(value: object) -> Iterator[tuple[RecordedCell, ...]]:
    """Tool calls of a conversation and the tool's answers, paired by id, else in order."""
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ConfigError(f"a conversation is a list of messages, not {_kind(value)}")
    tools = [one for one in value if one.get("role") == "tool"]
    named = {str(one["tool_call_id"]): one for one in tools if "tool_call_id" in one}
    unnamed = iter([one for one in tools if "tool_call_id" not in one])
    cells = []
    for call in _calls(value):
        told = call.get("function", call)
        code = arguments_code(told.get("arguments")) if isinstance(told, dict) else None
        if code is None:
            continue
        answer: Row = named.get(str(call.get("id"))) or next(unnamed, {})
        shown = answer.get("content")
        cells.append(read_shown(code, shown) if isinstance(shown, str) else RecordedCell(code))
    yield tuple(cells)


def _calls(messages: list[Row]) -> Iterator[Row]:
    for message in messages:
        calls = message.get("tool_calls")
        for call in calls if isinstance(calls, list) else []:
            if isinstance(call, dict):
                yield call


FORMS = (
    TraceForm("cells", "cells", "anybody: `code` and `output` of each cell", _plain),
    TraceForm(
        "tora",
        "completion",
        "microsoft/ToRA at 723a8f7, src/infer/inference.py, with its texts as `completion`",
        _texts(_TORA),
    ),
    TraceForm(
        "nemo",
        "generation",
        "NVIDIA/NeMo-Skills, nemo_skills/prompt/code_tags and code_execution/utils.py (2024 to "
        "2025)",
        _texts(_NEMO),
    ),
    TraceForm("chat", "messages", "OpenAI-like messages with tool calls", _chat),
    TraceForm("chat", "conversation", "NVIDIA/NeMo-Skills with tools over MCP (2025)", _chat),
    TraceForm(
        "tora",
        "code",
        "microsoft/ToRA at 723a8f7; QwenLM/Qwen2.5-Math, evaluation/math_eval.py: a list of texts",
        _texts(_TORA),
    ),
)
"""Tried in this order. Runs of tirkit itself are told by their `type`."""


def form_of(row: Row) -> TraceForm:
    """The first form a row has the field of.

    Raises:
        ConfigError: none; names the fields looked for and those there are.
    """
    found = next((form for form in FORMS if form.field in row), None)
    if found is None:
        known = ", ".join(form.field for form in FORMS)
        there = ", ".join(ascii(name)[:40] for name in list(row)[:12]) or "none"
        raise ConfigError(
            f"no recorded code: one of the fields {known} is read (there are {there})"
        )
    return found


def row_name(row: Row, line: int) -> str:
    """What a row calls itself; its line where it has no name."""
    name = next((row[key] for key in ID_KEYS if key in row), None)
    return str(name) if isinstance(name, str | int) else str(line)


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number" if isinstance(value, int | float) else "a text")
