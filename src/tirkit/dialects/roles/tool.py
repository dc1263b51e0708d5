"""The one tool a model is offered: a function that takes Python as text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tirkit.dialects.events import Call

HALLUCINATED_NAMES = (
    "python",
    "python_execute",
    "execute_python",
    "run_python",
    "python_interpreter",
    "code_interpreter",
    "jupyter",
    "jupyter_code",
    "ipython",
    "stateful_python_code_exec",
)
"""Names models give a Python tool whatever it was declared as."""

_DESCRIPTION = (
    "Runs Python in a Jupyter kernel that keeps its variables, and returns what the code printed, "
    "the value of its last line, or the traceback."
)
_ARGUMENT_DESCRIPTION = "The Python code to run."
_MAX_NAME_CHARS = 80
"""Most characters of a made-up name that are shown to the model again."""


@dataclass(frozen=True, slots=True)
class Tool:
    """The Python tool: a name and one text argument.

    Attributes:
        name: as declared to the model.
        argument: that takes the code.
        also: further names that mean the same tool.
        description: what the model is told it does.
    """

    name: str = "python"
    argument: str = "code"
    also: tuple[str, ...] = HALLUCINATED_NAMES
    description: str = _DESCRIPTION

    def schema(self) -> dict[str, Any]:
        """The declaration for chat templates, in the OpenAI form."""
        argument = {"type": "string", "description": _ARGUMENT_DESCRIPTION}
        return {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.description,
                "parameters": {
                    "type": "object",
                    "properties": {self.argument: argument},
                    "required": [self.argument],
                },
            },
        }

    def declaration(self, form: str) -> str:
        """The declaration as a part of a system message; `form` shows how a call is written."""
        how = f"Write a call like this:\n{form}" if form else "Use your own form of tool calls."
        return f"You can call one tool:\n{json.dumps(self.schema()['function'])}\n{how}"

    def call(self, name: str, arguments: object, call_id: str = "") -> Call:
        """What a call comes to; `arguments` by name, or the code itself.

        The call has a problem in place of code if it is of another tool or holds no code.
        """
        known = name.strip().removeprefix("functions.")
        if known not in (self.name, *self.also):
            return self.broken(f"there is no tool {known[:_MAX_NAME_CHARS]!r}", call_id, known)
        code = self._code(arguments)
        if code is None:
            problem = f"the argument {self.argument!r} is missing or is not text"
            return self.broken(problem, call_id, known)
        code = without_fence(code)
        if not code.strip():
            return self.broken("the code was empty, so nothing was run", call_id, known)
        # JSON can spell half a character, which no kernel could be sent.
        whole = code.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return Call(whole, "", call_id, known)

    def broken(self, problem: str, call_id: str = "", name: str = "") -> Call:
        """A call that cannot be run, with what to do instead."""
        remedy = f"call {self.name} with one argument, {self.argument!r}, that holds the code"
        return Call(None, f"{problem}: {remedy}", call_id, name)

    def _code(self, arguments: object) -> str | None:
        if isinstance(arguments, str):
            return arguments
        if not isinstance(arguments, Mapping):
            return None
        code = arguments.get(self.argument)
        if isinstance(code, str):
            return code
        texts = [value for value in arguments.values() if isinstance(value, str)]
        return texts[0] if len(texts) == 1 else None


def without_fence(text: str) -> str:
    """The content of a text that is one Markdown block as a whole; else the text."""
    stripped = text.strip()
    if not (stripped.startswith("```") and stripped.endswith("```") and "\n" in stripped):
        return text
    first, _, rest = stripped.partition("\n")
    return rest[:-3] if first.strip("`").strip().isalnum() or first == "```" else text
