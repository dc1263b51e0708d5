"""Readers of the bodies of calls, one for each way of writing them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tirkit.dialects.events import Call
from tirkit.dialects.roles.family import MARK, Marked, Reader
from tirkit.dialects.roles.lenient_json import read_json
from tirkit.dialects.roles.tool import Tool

_UNREADABLE = "the call could not be read"
_MAX_CALLS = 32
"""Most calls read out of one body; more are nonsense."""

_ARGUMENTS = ("arguments", "parameters", "args", "input")


def bare(text: str) -> str:
    """Text without the marks of special tokens."""
    return text.replace(MARK, "")


def read_json_calls(body: str, tool: Tool, marked: Marked) -> list[Call]:
    """`{"name": …, "arguments": {…}}`, or a list of such."""
    del marked
    try:
        value = read_json(bare(body), tool.argument)
    except ValueError:
        return [tool.broken(f"{_UNREADABLE}: it is not JSON")]
    rows = value if isinstance(value, list) and value else [value]
    return [_json_call(row, tool) for row in rows[:_MAX_CALLS]]


def _json_call(row: object, tool: Tool) -> Call:
    if not isinstance(row, Mapping):
        return tool.broken(f"{_UNREADABLE}: it is not a JSON object")
    inner = row.get("function")
    if isinstance(inner, Mapping):
        row = {**row, **inner}
    name = row.get("name", inner if isinstance(inner, str) else tool.name)
    if not isinstance(name, str):
        return tool.broken(f"{_UNREADABLE}: its name is not text")
    call_id = row.get("id", "")
    arguments = next((row[key] for key in _ARGUMENTS if key in row), row)
    return _call(name, arguments, call_id if isinstance(call_id, str) else "", tool)


def _call(name: str, arguments: object, call_id: str, tool: Tool) -> Call:
    """A call whose arguments may be a JSON text once more, or the bare code."""
    if isinstance(arguments, str) and arguments.lstrip().startswith("{"):
        try:
            again = read_json(arguments, tool.argument)
        except ValueError:
            again = arguments
        # A set or dict display is code; what holds the argument was meant as arguments.
        arguments = again if isinstance(again, Mapping) and tool.argument in again else arguments
    return tool.call(name, arguments, call_id)


def _json_arguments(text: str, name: str, call_id: str, tool: Tool) -> list[Call]:
    try:
        arguments = read_json(bare(text), tool.argument)
    except ValueError:
        return [tool.broken(f"{_UNREADABLE}: its arguments are not JSON", call_id, name)]
    return [_call(name, arguments, call_id, tool)]


def read_kimi_call(body: str, tool: Tool, marked: Marked) -> list[Call]:
    """`functions.NAME:NUMBER<|tool_call_argument_begin|>{…}`; what is before is the call's id."""
    head, found, rest = body.partition(marked("<|tool_call_argument_begin|>"))
    call_id = bare(head).strip()
    name = call_id.rpartition(":")[0] or call_id
    if not found:
        return [tool.broken(f"{_UNREADABLE}: it has no arguments")]
    return _json_arguments(rest, name, call_id, tool)


def read_deepseek_call(body: str, tool: Tool, marked: Marked) -> list[Call]:
    """`function<sep>NAME` with fenced JSON below (V3, R1), or `NAME<sep>{…}` (V3.1)."""
    head, found, rest = body.partition(marked("<｜tool▁sep｜>"))
    name = bare(head).strip()
    if not found:
        return [tool.broken(f"{_UNREADABLE}: it names no tool")]
    if name == "function":
        name, _, rest = rest.strip().partition("\n")
    return _json_arguments(rest, bare(name).strip(), "", tool)


def read_mistral_calls(body: str, tool: Tool, marked: Marked) -> list[Call]:
    """`NAME[ARGS]{…}`, `NAME[CALL_ID]ID[ARGS]{…}`, or a JSON list of calls."""
    if body.lstrip().startswith(("[{", "[ {", "{")):
        return read_json_calls(body, tool, marked)
    head, found, rest = body.partition(marked("[ARGS]"))
    if not found:
        head, brace, rest = body.partition("{")
        rest = brace + rest
    name, _, call_id = head.partition(marked("[CALL_ID]"))
    return _json_arguments(rest, bare(name).strip(), bare(call_id).strip(), tool)


@dataclass(frozen=True, slots=True)
class Fields:
    """Values between tags, read in one pass however many tags there are.

    Attributes:
        opened: pattern of an opening tag, with a group `key`.
        close: the closing tag.
        follow: pattern of what may follow a closing tag that ends a value; a value may hold others.

    In the patterns a special token may or may not be marked; the closing tag is taken exactly.
    """

    opened: str
    close: str
    follow: str

    def read(self, text: str, marked: Marked) -> Iterator[tuple[str, str]]:
        """Keys and values, in order. The last value may lack its closing tag."""
        opened = re.compile(self.opened)
        close = re.compile(rf"{re.escape(marked(self.close))}\s*(?={self.follow})")
        at = 0
        while (begin := opened.search(text, at)) is not None:
            end = close.search(text, begin.end())
            yield begin["key"], text[begin.end() : end.start() if end else len(text)]
            if end is None:
                return
            at = end.end()


def _value(text: str) -> str:
    """A value without the line breaks that set it off from its tags."""
    text = bare(text)
    return text.removeprefix("\n").removesuffix("\n")


def xml_reader(calls: Fields, values: Fields) -> Reader:
    """A reader of `<invoke name="…"><parameter name="…">…</parameter></invoke>` and the like."""

    def read(body: str, tool: Tool, marked: Marked) -> list[Call]:
        found = []
        for name, inner in calls.read(body, marked):
            arguments = {key: _value(value) for key, value in values.read(inner, marked)}
            found.append(tool.call(bare(name), arguments))
            if len(found) == _MAX_CALLS:
                break
        return found or [tool.broken(f"{_UNREADABLE}: it names no tool")]

    return read


def glm_reader(values: Fields) -> Reader:
    """A reader of `NAME<arg_key>…</arg_key><arg_value>…</arg_value>`."""

    def read(body: str, tool: Tool, marked: Marked) -> list[Call]:
        name = bare(body.partition(marked("<arg_key>"))[0]).strip()
        arguments = {bare(key): _value(value) for key, value in values.read(body, marked)}
        return [tool.call(name, arguments)]

    return read


_GEMMA_HEAD = re.compile(r"\s*(?:call)?:?\s*([\w.-]{1,200})\s*(?=[{(])")


def gemma_reader(values: Fields) -> Reader:
    """A reader of `call:NAME{code:<|"|>…<|"|>}`."""

    def read(body: str, tool: Tool, marked: Marked) -> list[Call]:
        head = _GEMMA_HEAD.match(body)
        if head is None:
            return [tool.broken(f"{_UNREADABLE}: it names no tool")]
        rest = body[head.end() :]
        arguments = {key: _value(value) for key, value in values.read(rest, marked)}
        if not arguments and '"' in rest:
            return _json_arguments(rest, head[1], "", tool)
        return [tool.call(head[1], arguments)]

    return read
