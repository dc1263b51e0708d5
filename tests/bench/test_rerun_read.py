"""Code and outputs are found in the texts several projects write, however odd."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tirkit.bench.rerun import Ended, RecordedCell, RecordedTrace, read_traces
from tirkit.errors import ConfigError

Told = tuple[str, str | None, Ended]
OK, ERROR, LATE, NOT_RUN = Ended.OK, Ended.ERROR, Ended.TIMED_OUT, Ended.NOT_RUN
BACK = "Traceback (most recent call last):\n  File <x>, line 1\nZeroDivisionError: division by zero"


def read(tmp_path: Path, *rows: object) -> list[RecordedTrace]:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return list(read_traces(path))


def told(cells: Sequence[RecordedCell]) -> list[Told]:
    return [(cell.code, cell.output, cell.ended) for cell in cells]


TORA: dict[str, tuple[str, list[Told]]] = {
    "one cell": ("```python\nprint(1)\n```\n```output\n1\n```\nSo 1.", [("print(1)", "1", OK)]),
    "two cells": (
        "a\n```python\nx=1\n```\n```output\n\n```\nb\n```python\nx\n```\n```output\n1\n```\n",
        [("x=1", "", OK), ("x", "1", OK)],
    ),
    "two in a row": (
        "```python\nx=1\n```\n```python\nx\n```\n```output\n1\n```",
        [("x=1", None, OK), ("x", "1", OK)],
    ),
    "no cell": ("Just words and `code`.", []),
    "no text": ("", []),
    "unclosed code": ("words\n```python\nprint(1)\n", [("print(1)", None, NOT_RUN)]),
    "unclosed output": ("```python\nprint(1)\n```\n```output\n1", [("print(1)", "1", OK)]),
    "output without code": ("```output\n1\n```\nSo 1.", []),
    "no output": ("```python\nprint(1)\n```", [("print(1)", None, OK)]),
    "other fence": ("```json\n{}\n```\n```\nx\n```", []),
    "crlf": ("```python\r\nx\r\ny\r\n```\r\n```output\r\n1\r\n```\r\n", [("x\ny", "1", OK)]),
    "py": ("```py\nx\n```\n```output\n1\n```", [("x", "1", OK)]),
    "python3 and spaces": ("  ```python3 \nx\n  ```\n\n```output \n1\n```", [("x", "1", OK)]),
    "glued output": ("```python\nx\n```output\n1\n```", [("x", "1", OK)]),
    "words between": ("```python\nx\n```\nIt is\n```output\n1\n```", [("x", None, OK)]),
    "fence in a string": (
        '```python\ns = """\n```\n"""\n```\n',
        [('s = """', None, OK)],  # as ToRA cut it itself
    ),
    "code in an output": (
        "```python\nx\n```\n```output\n```python\ny\n```\n",
        [("x", "```python\ny", OK)],
    ),
    "empty code": ("```python\n```\n```output\nDone\n```", [("", "Done", OK)]),
    "error": (
        "```python\n1/0\n```\n```output\nZeroDivisionError: division by zero\n```",
        [("1/0", "ZeroDivisionError: division by zero", ERROR)],
    ),
    "timeout": ("```python\nx\n```\n```output\nTimeout Error\n```", [("x", "Timeout Error", LATE)]),
    "prints the word error": (
        "```python\nx\n```\n```output\nerror: 3\n```",
        [("x", "error: 3", OK)],
    ),
    "long output": (
        f"```python\nx\n```\n```output\n{'7' * 10_000_000}\n```\nend",
        [("x", "7" * 10_000_000, OK)],
    ),
    "many fences": ("```" * 200_000, []),
    "no line end": ("```python", []),
    "unicode": ("```python\nprint('é')\n```\n```output\né\n```", [("print('é')", "é", OK)]),
}


@pytest.mark.parametrize("name", TORA)
def test_completion_when_read_then_its_cells_are_those(name: str, tmp_path: Path) -> None:
    text, cells = TORA[name]
    (trace,) = read(tmp_path, {"id": "a", "completion": text})
    assert (trace.id, trace.form, trace.attempt, trace.line) == ("a", "tora", 0, 1)
    assert told(trace.cells) == cells


HEAD = "<|start_header_id|>"
NEMO: dict[str, tuple[str, list[Told]]] = {
    "openmath": (
        (
            "<think>I try.\n<tool_call>\nprint(1)\n</tool_call>\n```output\n1\n```\n"
            "```system\nRemaining code executions: 7.\n```\nmore\n<tool_call>\n1/0\n</tool_call>\n"
            f"```output\n{BACK}\n```\n</think>"
        ),
        [("print(1)", "1", OK), ("1/0", BACK, ERROR)],
    ),
    "qwen": ("```python\nx=1;x```\n```output\n1\n```\n", [("x=1;x", "1", OK)]),
    "llama": (
        (
            f"<|python_tag|>print(1)<|eom_id|>{HEAD}ipython<|end_header_id|>\n\ncompleted\n[stdout]\n"
            f"1\n[/stdout]<|eot_id|>{HEAD}assistant<|end_header_id|>\n\nSo 1."
        ),
        [("print(1)", "1", OK)],
    ),
    "llama silent": (
        f"<|python_tag|>x=1<|eom_id|>{HEAD}ipython<|end_header_id|>\n\ncompleted<|eot_id|>",
        [("x=1", "", OK)],
    ),
    "llama error": (
        (
            f"<|python_tag|>1/0<|eom_id|>{HEAD}ipython<|end_header_id|>\n\nerror\n[stdout]\na\n"
            f"[/stdout]\n[stderr]\n{BACK}\n[/stderr]<|eot_id|>"
        ),
        [("1/0", f"a\n{BACK}", ERROR)],
    ),
    "llama timeout": (
        (
            f"<|python_tag|>x<|eom_id|>{HEAD}ipython<|end_header_id|>\n\ntimeout\n[stderr]\n"
            "Timed out\n[/stderr]<|eot_id|>"
        ),
        [("x", "Timed out", LATE)],
    ),
    "nemotron": (
        "<llm-code>\nx\n</llm-code>\n<llm-code-output>\n1\n</llm-code-output>",
        [("x", "1", OK)],
    ),
    "tool response": (
        (
            '<tool_call>\n{"name": "python", "arguments": {"code": "print(1)"}}\n</tool_call>'
            "<|im_end|>\n<|im_start|>user\n<tool_response>\n1\n</tool_response><|im_end|>\n"
        ),
        [("print(1)", "1", OK)],
    ),
    "arguments as text": (
        '<tool_call>{"name": "python", "arguments": "{\\"code\\": \\"x\\"}"}</tool_call>',
        [("x", None, OK)],
    ),
    "broken tool call": ('<tool_call>\n{"name": \n</tool_call>', [('{"name": ', None, OK)]),
    "set as code": ("<tool_call>\n{1, 2}\n</tool_call>", [("{1, 2}", None, OK)]),
    "harmony": (
        (
            "<|start|>assistant<|channel|>analysis to=python code<|message|>x<|call|>"
            "<|start|>python to=assistant<|channel|>analysis<|message|>1<|end|>"
        ),
        [("x", "1", OK)],
    ),
    "cut": (
        "```python\nx\n```\n```output\n11<output cut>```\nend",
        [("x", "11<output cut>", OK)],
    ),
    "unclosed tag": ("<tool_call>\nprint(1)", [("print(1)", None, NOT_RUN)]),
}


@pytest.mark.parametrize("name", NEMO)
def test_generation_when_read_then_its_cells_are_those(name: str, tmp_path: Path) -> None:
    text, cells = NEMO[name]
    (trace,) = read(tmp_path, {"generation": text})
    assert (trace.id, trace.form) == ("1", "nemo")
    assert told(trace.cells) == cells


def test_row_when_it_holds_several_texts_then_each_is_an_attempt(tmp_path: Path) -> None:
    text = "```python\nx\n```\n```output\n{}\n```"
    row = {"idx": 7, "code": [text.format(1), text.format(2)], "pred": ["1", "2"]}
    traces = read(tmp_path, row)
    assert [(one.id, one.attempt, one.cells[0].output) for one in traces] == [
        ("7", 0, "1"),
        ("7", 1, "2"),
    ]


def test_cells_when_given_plainly_then_they_are_read(tmp_path: Path) -> None:
    cells: list[dict[str, Any]] = [
        {"code": "x", "output": "1\n"},
        {"code": "y"},
        {"code": "1/0", "output": "a", "error": BACK},
        {"code": "z", "error": "Oh"},
    ]
    (trace,) = read(tmp_path, {"id": "a", "cells": cells})
    assert told(trace.cells) == [
        ("x", "1", OK),
        ("y", None, OK),
        ("1/0", "a", ERROR),
        ("z", "", ERROR),
    ]
    assert [cell.error for cell in trace.cells[2:]] == ["ZeroDivisionError: division by zero", "Oh"]


def test_conversation_when_read_then_calls_and_answers_are_paired_by_id(tmp_path: Path) -> None:
    def call(name: str, code: str) -> dict[str, Any]:
        return {"id": name, "function": {"name": "python", "arguments": json.dumps({"code": code})}}

    messages = [
        {"role": "user", "content": "How many?"},
        {"role": "assistant", "tool_calls": [call("a", "x"), call("b", "y"), {"id": "c"}]},
        {"role": "tool", "tool_call_id": "b", "content": "2"},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "assistant", "content": "2", "tool_calls": None},
    ]
    for field in ("messages", "conversation"):
        (trace,) = read(tmp_path, {field: messages})
        assert told(trace.cells) == [("x", "1", OK), ("y", "2", OK)]


WRONG: dict[str, tuple[str, str]] = {
    "no field": ('{"a": 1, "\\u001b[31mred": 2}', r"line 1: no recorded code: .*'\\x1b\[31mred'"),
    "no text": ('{"completion": 3}', "line 1: a text or a list of texts is read, not a number"),
    "no list": ('{"cells": {}}', "list of objects"),
    "no code": ('{"cells": [{"output": "1"}]}', "cell 0 is no object with a text `code`"),
    "odd output": ('{"cells": [{"code": "x", "output": 3}]}', "output is a number"),
    "no messages": ('{"messages": ["x"]}', "list of messages"),
    "no object": ("[1]", "not a JSON object"),
    "no JSON": ('{"completion": ""}\n{"comp', "line 2: malformed JSON"),
    "empty": ("\n\n", "holds no recorded attempt"),
    "foreign type": ('{"type": "attempt", "version": 99}', "line 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_file_when_it_is_wrong_then_the_error_names_line_and_fault(
    name: str, tmp_path: Path
) -> None:
    text, fault = WRONG[name]
    path = tmp_path / "rows.jsonl"
    path.write_text(text + ("\n" if name == "foreign type" else ""), encoding="utf-8")
    with pytest.raises(ConfigError, match=fault):
        list(read_traces(path))


def test_path_when_there_is_nothing_then_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        list(read_traces(tmp_path / "none.jsonl"))
    with pytest.raises(ConfigError):
        list(read_traces(tmp_path))
