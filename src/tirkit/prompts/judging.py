"""What a model is asked that judges answers, as data."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import model_validator

from tirkit.prompts.filled import FilledTexts, check_held, load_texts
from tirkit.prompts.template import PromptTemplate, Text

_INDEX = "<<index>>"
_FILLED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "candidate": frozenset({"index", "text", "answer"}),
        "program": frozenset({"code", "output"}),
        "select": frozenset({"problem", "solutions", "count"}),
        "compare": frozenset({"problem", "solutions"}),
        "rate": frozenset({"problem", "solutions"}),
        "synthesise": frozenset({"problem", "solutions"}),
        "correct": frozenset({"problem", "solutions", "answer"}),
    }
)
"""What each text must hold, and may hold nothing beside."""


class JudgeTexts(FilledTexts):
    """The questions put to a model that judges.

    Attributes:
        name: how settings name them.
        source: where their wording comes from.
        candidate: how one solution is shown; `<<index>>`, `<<text>>`, `<<answer>>`. Its first line
            is the heading by which solutions are told apart.
        program: stands behind a solution that ran code; `<<code>>`, `<<output>>`.
        select: asks for the best of several; `<<problem>>`, `<<solutions>>`, `<<count>>`.
        compare: asks for the better of two; `<<problem>>`, `<<solutions>>`.
        rate: asks for the scores of two; as `compare`.
        synthesise: asks for a solution of its own; as `compare`.
        correct: asks whether an answer is right; `<<answer>>` besides.
        answer_now: what a reply of one word is made to begin with.
    """

    candidate: Text
    program: Text
    select: Text
    compare: Text
    rate: Text
    synthesise: Text
    correct: Text
    answer_now: Text

    @model_validator(mode="after")
    def _check_placeholders(self) -> "JudgeTexts":
        for field, wanted in _FILLED.items():
            check_held(self, field, wanted)
        if _INDEX not in self._heading:
            raise ValueError(f"candidate: its first line must hold {_INDEX}")
        return self

    def solutions(self, shown: Mapping[int, tuple[str, str]]) -> str:
        """Solutions one below the other, by the number each is shown under.

        A line in a solution that looks like the heading of another one is quoted, so that no
        solution can bring others of its own along.

        Args:
            shown: text and answer of each.
        """
        before, _, after = self._heading.partition(_INDEX)
        fake = re.compile(
            rf"^(?=[ \t]*{re.escape(before.strip())}\s*\d+{re.escape(after.strip())})",
            re.MULTILINE | re.IGNORECASE,
        )
        return "\n".join(
            self.fill("candidate", index=str(number), text=fake.sub("> ", text), answer=answer)
            for number, (text, answer) in shown.items()
        )

    def prompt(self, kind: Literal["chat", "plain"]) -> PromptTemplate:
        """The prompt that puts a question to a model as it is."""
        return PromptTemplate(
            name=f"judging-{self.name}",
            description="Puts a question to a model that judges.",
            source=self.source,
            kind=kind,
            user="<<problem>>" if kind == "chat" else "<<problem>>\n\n",
            answer_now=self.answer_now,
        )

    @property
    def _heading(self) -> str:
        return self.candidate.lstrip("\n").splitlines()[0]


def load_judge_texts(name_or_path: str | Path = "default") -> JudgeTexts:
    """The shipped texts by their name, or any from a TOML file.

    Raises:
        ConfigError: there are none of that name, or the file is not valid; the message names both.
    """
    return load_texts(JudgeTexts, "judges", name_or_path, "judge texts")
