"""What exports are made for, and the columns each of them holds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SCHEMA_VERSION = 1
"""Rises with every change that a reader of older files would misread."""


class Form(StrEnum):
    """What the rows of an export are made for."""

    SFT = "sft"
    """One right attempt a row, to be imitated."""
    PREFERENCE = "preference"
    """Two attempts at a problem a row, the better one named."""
    RL = "rl"
    """One attempt a row, whatever came of it, with its reward."""
    GENSELECT = "genselect"
    """Several attempts at a problem a row, and which of them to pick."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: of the column.
        kind: one of `KINDS`; a `?` behind it allows null.
        tells: what it holds, in words.
    """

    name: str
    kind: str
    tells: str


KINDS = {
    "text": "text",
    "integer": "integer of 64 bits",
    "number": "number of 64 bits",
    "flag": "true or false",
    "ids": "list of integers of 64 bits",
    "mask": "list of 0 and 1",
    "numbers": "list of numbers of 64 bits",
    "messages": "list of {role, content}",
    "turns": "list of {start, end, cell, forced}",
    "candidates": "list of {id, answer, right, text}",
    "integers": "list of integers of 64 bits",
    "ground": "{style, ground_truth}",
}
"""Every kind of column, in words."""

_ATTEMPT = (
    Column("id", "text", "the attempt: name of its run, a slash, its own id"),
    Column("problem_id", "text", "the problem's name"),
    Column("group", "text", "content hash of the problem: the same for every attempt at it"),
    Column("problem", "text", "the question as it was asked"),
    Column("reference", "text?", "the reference answer"),
)
_OUTCOME = (
    Column("answer", "text?", "the attempt's answer in its normal form"),
    Column("reward", "number?", "1 where the answer is the reference, 0 where not; null without"),
    Column("stop_reason", "text", "why the attempt ended"),
    Column("stop_detail", "text", "the same in words"),
    Column("dialect", "text", "in which the attempt spoke"),
    Column("prompt_name", "text", "of its prompt; empty if the dialect does not tell"),
    Column("engine", "text", "that drew its tokens"),
    Column("seed", "integer", "the attempt's seed"),
    Column("cells", "integer", "code runs"),
    Column("failed_cells", "integer", "of them those that raised, ran out of time or died"),
    Column("sampled_tokens", "integer", "tokens the model drew"),
    Column("turns", "turns", "first id, one past the last, how its cell ended, whether forced"),
)
_IDS = (
    Column("input_ids", "ids", "prompt, sampled and given tokens in the order they came"),
    Column("assistant_masks", "mask", "1 for a sampled token, 0 for a given one; as input_ids"),
    Column("logprobs", "numbers?", "of the sampled tokens, 0 for given ones; null if not recorded"),
)
_SFT = (
    Column("messages", "messages", "the problem, then what the model wrote and code gave"),
    Column("prompt_text", "text", "what the model was shown first, as its chat template wrote it"),
    Column("text", "text", "everything behind it"),
)
_PAIR_TEXTS = (
    Column("prompt", "text", "what the model was shown first, the same for both"),
    Column("chosen", "text", "what stands behind it in the better attempt"),
    Column("rejected", "text", "and in the other one"),
    Column("rejected_id", "text", "the other attempt, as `id` names the better one"),
    Column("chosen_answer", "text?", "normal form"),
    Column("rejected_answer", "text?", "normal form"),
    Column("chosen_reward", "number?", "1 for a right answer, 0 for another"),
    Column("rejected_reward", "number?", "the same"),
    Column("chosen_tokens", "integer", "sampled by the better attempt"),
    Column("rejected_tokens", "integer", "sampled by the other one"),
    Column("rejected_for", "text", "`longer` or `wrong`"),
)
_PAIR_IDS = (
    Column("prompt_ids", "ids", "of the prompt"),
    Column("chosen_ids", "ids", "what stands behind it in the better attempt"),
    Column("chosen_mask", "mask", "1 for a sampled token, 0 for a given one; as chosen_ids"),
    Column("rejected_ids", "ids", "the same of the other one"),
    Column("rejected_mask", "mask", "as rejected_ids"),
)
_RL = (
    Column("data_source", "text", "`tirkit`"),
    Column("ability", "text", "`math`"),
    Column("prompt", "messages", "the problem as one message"),
    Column("reward_model", "ground", "the reference, as verl takes it"),
    Column("prompt_ids", "ids", "what the model was shown first"),
    Column("response_ids", "ids", "sampled and given tokens behind it"),
    Column("response_mask", "mask", "1 for a sampled token, 0 for a given one; as response_ids"),
    Column("logprobs", "numbers?", "as response_ids, 0 for given tokens; null if not recorded"),
)
_GENSELECT = (
    Column("prompt", "text", "asks for the best of the candidates"),
    Column("completion", "text", "names a right one"),
    Column("candidates", "candidates", "as they are shown, the first is number 1"),
    Column("right", "integers", "numbers of the right ones"),
    Column("pick", "integer", "the one the completion names"),
)


def columns_of(form: Form, *, ids: bool = True) -> tuple[Column, ...]:
    """The columns of an export, in their order.

    Args:
        form: what it is made for.
        ids: whether it holds token ids.
    """
    if form is Form.SFT:
        return (*_ATTEMPT, *_OUTCOME, *_SFT, *(_IDS if ids else ()))
    if form is Form.PREFERENCE:
        return (*_ATTEMPT, *_PAIR_TEXTS, *(_PAIR_IDS if ids else ()))
    if form is Form.RL:
        return (*_ATTEMPT, *_OUTCOME, *_RL)
    return (*_ATTEMPT[1:], *_GENSELECT)


def schema(form: Form, *, ids: bool = True) -> dict[str, Any]:
    """The document that stands beside an export."""
    return {
        "format": f"tirkit.export.{form}",
        "version": SCHEMA_VERSION,
        "columns": [
            {
                "name": column.name,
                "type": KINDS[column.kind.removesuffix("?")],
                "null": column.kind.endswith("?"),
                "tells": column.tells,
            }
            for column in columns_of(form, ids=ids)
        ],
    }
