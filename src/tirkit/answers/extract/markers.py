"""The fences and tags that bound thinking, code and code output, over all families."""

import re
from collections.abc import Mapping
from types import MappingProxyType

_CODE, _OUTPUT = "code", "output"
_CHANNEL_ENDS = frozenset({"<|end|>", "<|return|>", "<|call|>"})

THINK_OPEN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "think": frozenset({"</think>"}),
        "thinking": frozenset({"</thinking>"}),
        "seed": frozenset({"</seed:think>"}),
        "minimax": frozenset({"</mm:think>"}),
        "mistral": frozenset({"[/think]"}),
        "kimi": frozenset({"\u25c1/think\u25b7"}),
        "gemma": frozenset({"<channel|>"}),
        "analysis": _CHANNEL_ENDS,
    }
)
"""What closes thinking, by the name of the pattern that opens it. Sources: the families'
chat templates, as `tirkit.dialects.thinking` lists them; openai/harmony for channels."""

THINK_CLOSE = frozenset().union(
    *(closers for name, closers in THINK_OPEN.items() if name != "analysis")
)
"""Tags that also close thinking which the prompt has opened."""

TOOL_BLOCKS: Mapping[str, tuple[str, frozenset[str]]] = MappingProxyType(
    {
        "tool_call": (_CODE, frozenset({"</tool_call>"})),
        "llm_code": (_CODE, frozenset({"</llm-code>"})),
        "toolcall": (_CODE, frozenset({"</toolcall>"})),
        "python_tag": (_CODE, frozenset({"<|eom_id|>", "<|eot_id|>"})),
        "code_tag": (_CODE, frozenset({"</code>", "</python>"})),
        "tool_calls": (
            _CODE,
            frozenset(
                {"<\uff5ctool\u2581calls\u2581end\uff5c>", "<\uff5ctool\u2581call\u2581end\uff5c>"}
            ),
        ),
        "to_tool": (_CODE, _CHANNEL_ENDS),
        "interpreter": (_OUTPUT, frozenset({"</interpreter>"})),
        "llm_output": (_OUTPUT, frozenset({"</llm-code-output>"})),
        "tool_response": (_OUTPUT, frozenset({"</tool_response>"})),
        "ipython": (_OUTPUT, frozenset({"<|eot_id|>"})),
        "tool_results": (_OUTPUT, frozenset({"[/tool_results]"})),
        "tool_output": (_OUTPUT, frozenset({"<\uff5ctool\u2581output\u2581end\uff5c>"})),
        "from_tool": (_OUTPUT, _CHANNEL_ENDS),
        "output_tag": (_OUTPUT, frozenset({"</output>"})),
    }
)
"""Kind and closers by the name of the pattern that opens a block. Sources: the tables of
`tirkit.dialects.tags` and `tirkit.dialects.roles`; openai/harmony for messages of tools."""

WHOLE_LINE = frozenset({"code_tag", "output_tag"})
"""Openers that count at the start of a line alone: elsewhere they are HTML."""

_OPENERS = {
    "think": r"<think>",
    "thinking": r"<thinking>",
    "seed": r"<seed:think>",
    "minimax": r"<mm:think>",
    "mistral": r"\[THINK\]",
    "kimi": "\u25c1think\u25b7",
    "gemma": r"<\|channel>thought\n",
    "to_tool": r"<\|channel\|>(?:analysis|commentary) to=[\w.]{1,40}"
    r" ?(?:(?:<\|constrain\|>)?\w{1,20})?<\|message\|>",
    "analysis": r"<\|channel\|>analysis<\|message\|>",
    "from_tool": r"<\|start\|>(?:python|functions\.\w{1,40})(?: to=assistant)?"
    r"(?:<\|channel\|>\w{1,20})?<\|message\|>",
    "tool_call": r"<tool_call>",
    "llm_code": r"<llm-code>",
    "toolcall": r"<TOOLCALL>",
    "python_tag": r"<\|python_tag\|>",
    "code_tag": r"<(?:code|python)>",
    "tool_calls": "<\uff5ctool\u2581calls?\u2581begin\uff5c>",
    "interpreter": r"<interpreter>",
    "llm_output": r"<llm-code-output>",
    "tool_response": r"<tool_response>",
    "ipython": r"<\|start_header_id\|>ipython<\|end_header_id\|>",
    "tool_results": r"\[TOOL_RESULTS\]",
    "tool_output": "<\uff5ctool\u2581output\u2581begin\uff5c>",
    "output_tag": r"<output>",
}
_CLOSERS = sorted(
    {closer for closers in THINK_OPEN.values() for closer in closers}
    | {closer for _, closers in TOOL_BLOCKS.values() for closer in closers}
)
# A fence is a run that its line ends with, save for its info string; a run is never given back,
# so that a line of runs is read once.
MARKER = re.compile(
    r"(?P<fence>`{3,}+|~{3,}+)(?P<info>[^\n`]*+)(?=\n|\Z)|(?=[<\[\u25c1])(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _OPENERS.items())
    + "|"
    + "|".join(map(re.escape, _CLOSERS))
    + ")",
    re.IGNORECASE,
)
"""Everything that may begin or end a stretch; the group's name says what it opens."""

_PROSE_WORDS = frozenset(
    {"", "text", "txt", "plaintext", "plain", "latex", "tex", "math", "markdown", "md", "answer"}
)
_OUTPUT_WORDS = frozenset({"output", "stdout", "result"})

RUN_INFO = re.compile(
    r"(?:i?python|py)(?:\d(?:\.\d+)?)?|" + "|".join(sorted(_OUTPUT_WORDS)), re.IGNORECASE
)
"""Info strings with which a fence behind other text opens a block; others are inline code."""


def fence_kind(info: str) -> str | None:
    """What a fence with this info string holds; None for prose."""
    word = re.split(r"[\s,:;}{]", info.lstrip("{ ").removeprefix("."), maxsplit=1)[0].lower()
    if word in _OUTPUT_WORDS:
        return _OUTPUT
    return None if word in _PROSE_WORDS else _CODE
