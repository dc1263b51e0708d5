"""The rows of each form."""

from collections.abc import Sequence
from typing import Any

from tirkit.export.drawing import Window, question
from tirkit.export.pairing import Pair
from tirkit.export.tried import ProblemGroup, Tried
from tirkit.types import Problem

Row = dict[str, Any]


def sft_row(tried: Tried, group: ProblemGroup, *, ids: bool) -> Row:
    """One attempt to be imitated."""
    trajectory = tried.trajectory
    tokens = {
        "input_ids": list(trajectory.ids),
        "assistant_masks": list(trajectory.mask),
        "logprobs": list(trajectory.logprobs) or None,
    }
    return {
        **_attempt(tried, group),
        **_outcome(tried),
        "messages": tried.messages(),
        "prompt_text": trajectory.prompt_text,
        "text": tried.text,
        **(tokens if ids else {}),
    }


def rl_row(tried: Tried, group: ProblemGroup) -> Row:
    """One attempt with its reward."""
    trajectory, end = tried.trajectory, tried.prompt_end
    return {
        **_attempt(tried, group),
        **_outcome(tried),
        "data_source": "tirkit",
        "ability": "math",
        "prompt": [{"role": "user", "content": tried.problem.text}],
        "reward_model": {"style": "rule", "ground_truth": tried.problem.answer or ""},
        "prompt_ids": list(trajectory.ids[:end]),
        "response_ids": list(trajectory.ids[end:]),
        "response_mask": list(trajectory.mask[end:]),
        "logprobs": list(trajectory.logprobs[end:]) or None,
    }


def preference_row(pair: Pair, group: ProblemGroup, *, ids: bool) -> Row:
    """Two attempts, the better one named."""
    chosen, rejected = pair.chosen, pair.rejected
    tokens = {
        "prompt_ids": list(chosen.trajectory.ids[: chosen.prompt_end]),
        "chosen_ids": list(chosen.trajectory.ids[chosen.prompt_end :]),
        "chosen_mask": list(chosen.trajectory.mask[chosen.prompt_end :]),
        "rejected_ids": list(rejected.trajectory.ids[rejected.prompt_end :]),
        "rejected_mask": list(rejected.trajectory.mask[rejected.prompt_end :]),
    }
    return {
        **_attempt(chosen, group),
        "prompt": chosen.trajectory.prompt_text,
        "chosen": chosen.text,
        "rejected": rejected.text,
        "rejected_id": rejected.name,
        "chosen_answer": _canonical(chosen),
        "rejected_answer": _canonical(rejected),
        "chosen_reward": chosen.reward,
        "rejected_reward": rejected.reward,
        "chosen_tokens": chosen.sampled_tokens,
        "rejected_tokens": rejected.sampled_tokens,
        "rejected_for": pair.why,
        **(tokens if ids else {}),
    }


def genselect_row(window: Window, group: ProblemGroup) -> Row:
    """Several attempts, and which of them to pick."""
    return {
        **_problem(group.problem, group),
        "prompt": question(group.problem.text, window),
        "completion": f"Judgment: {window.pick}",
        "candidates": [
            {"id": one.name, "answer": _canonical(one), "right": bool(one.right), "text": text}
            for one, text in zip(window.attempts, window.solutions, strict=True)
        ],
        "right": list(window.right),
        "pick": window.pick,
    }


def same_prompt(attempts: Sequence[Tried]) -> list[list[Tried]]:
    """Attempts by their prompts: only such as were shown the same can be a pair."""
    found: dict[tuple[str, tuple[int, ...]], list[Tried]] = {}
    for one in attempts:
        key = one.trajectory.prompt_text, one.trajectory.ids[: one.prompt_end]
        found.setdefault(key, []).append(one)
    return list(found.values())


def _attempt(tried: Tried, group: ProblemGroup) -> Row:
    return {"id": tried.name, **_problem(tried.problem, group)}


def _problem(problem: Problem, group: ProblemGroup) -> Row:
    return {
        "problem_id": problem.id,
        "group": group.content_hash,
        "problem": problem.text,
        "reference": problem.answer,
    }


def _outcome(tried: Tried) -> Row:
    trajectory = tried.trajectory
    results = [turn.result for turn in trajectory.turns if turn.result is not None]
    return {
        "answer": _canonical(tried),
        "reward": tried.reward,
        "stop_reason": trajectory.stop_reason.value,
        "stop_detail": trajectory.stop_detail,
        "dialect": trajectory.dialect,
        "prompt_name": trajectory.prompt,
        "engine": trajectory.engine,
        "seed": trajectory.seed,
        "cells": len(results),
        "failed_cells": sum(not result.ok for result in results),
        "sampled_tokens": tried.sampled_tokens,
        "turns": [
            {
                "start": turn.start,
                "end": turn.end,
                "cell": "" if turn.result is None else turn.result.status.value,
                "forced": turn.forced,
            }
            for turn in trajectory.turns
        ],
    }


def _canonical(tried: Tried) -> str | None:
    answer = tried.trajectory.answer
    return None if answer is None else answer.canonical
