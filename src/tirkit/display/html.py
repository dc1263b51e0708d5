"""Solutions and trajectories as HTML for a notebook: no script, all text escaped."""

from collections.abc import Mapping
from html import escape

from tirkit.display.console import tally_line
from tirkit.display.escape import visible
from tirkit.display.lanes import origin, trajectory_stretches
from tirkit.display.picture import cut, real_seconds
from tirkit.display.svg import COLOURS, OTHER, SILENT, Row, safe, timeline, vote_bar
from tirkit.display.table import count_text, seconds_text
from tirkit.display.view import is_right
from tirkit.types import Solution, StopReason, Trajectory, Turn

MOST_ROWS = 64
"""Attempts shown; of more the first ones."""
_QUESTION_CHARS = 600
_ANSWER_CHARS = 120
_PART_CHARS = 20_000
_MOST_CHARS = 400_000
_KILLED = frozenset({StopReason.CANCELLED, StopReason.GUARD})
_PRE = (
    "margin:.2em 0;padding:.3em .6em;white-space:pre-wrap;overflow-wrap:anywhere;font-size:.9em;"
    "background:transparent;color:inherit;border-left:3px solid {colour}"
)
_BOX = (
    '<div class="tex2jax_ignore mathjax_ignore" '
    'style="font-family:sans-serif;line-height:1.45;margin:.3em 0">'
)
"""Formulas stay text: nobody knows what a formula somebody else wrote would do."""
_DIM = "opacity:.75"


def as_html(shown: Solution | Trajectory) -> str:
    """A solution or a trajectory as HTML."""
    return solution_html(shown) if isinstance(shown, Solution) else trajectory_html(shown)


def as_text(shown: Solution | Trajectory) -> str:
    """A solution or a trajectory in a few lines."""
    return solution_text(shown) if isinstance(shown, Solution) else trajectory_text(shown)


def solution_text(solution: Solution) -> str:
    """A solution in three lines."""
    usage, verdict = solution.usage, solution.verdict
    answer = "no answer" if solution.answer is None else f"answer {solution.answer}"
    told = f"{solution.problem.id}: {answer}{_graded(solution)}"
    return "\n".join((
        visible(cut(told, 2 * _ANSWER_CHARS)) + f", confidence {solution.confidence:.0%}",
        f"  votes: {cut(tally_line(verdict.tally), 3 * _ANSWER_CHARS)}",
        (
            f"  {len(solution.trajectories)} attempts, {usage.sampled_tokens} tokens, "
            f"{usage.cells} cells, {seconds_text(real_seconds(solution.duration_seconds))}; "
            f"settled: {visible(cut(solution.stop_reason, _ANSWER_CHARS))}"
        ),
    ))  # fmt: skip


def solution_html(solution: Solution) -> str:
    """A solution with its votes and the timeline of its attempts."""
    usage, verdict = solution.usage, solution.verdict
    answer = "no answer" if solution.answer is None else str(solution.answer)
    colours = answer_colours(solution)
    shown = solution.trajectories[:MOST_ROWS]
    began = origin(shown)
    rows = [_row(one, began, colours) for one in shown]
    left_out = len(solution.trajectories) - len(shown)
    return box(
        f'<div style="font-size:1.25em"><b>{safe(cut(answer, _ANSWER_CHARS))}</b>'
        f'<span style="font-size:.8em">{safe(_graded(solution))}</span></div>',
        f'<div style="{_DIM}">confidence {solution.confidence:.0%} · '
        f"{len(solution.trajectories)} attempts · {count_text(usage.sampled_tokens)} tokens · "
        f"{usage.cells} cells · {seconds_text(real_seconds(solution.duration_seconds))} · "
        f"{safe(cut(solution.stop_reason, _ANSWER_CHARS))}</div>",
        f'<div style="margin:.4em 0">{safe(cut(solution.problem.text, _QUESTION_CHARS))}</div>',
        votes_html(
            [
                (cut(str(entry.answer), _ANSWER_CHARS), entry.count)
                for entry in verdict.tally.entries
            ],
            verdict.tally.silent,
            len(solution.trajectories),
        ),
        _folded(
            f"timeline of {len(shown)} attempts",
            timeline(rows, real_seconds(solution.duration_seconds)),
        ),
        _folded("attempts", _attempts(shown, left_out), is_open=False),
    )


def trajectory_text(trajectory: Trajectory) -> str:
    """A trajectory in one line."""
    usage, answer = trajectory.spent, trajectory.answer
    told = "" if answer is None else f" → {cut(str(answer), _ANSWER_CHARS)}"
    return visible(
        f"{cut(trajectory.attempt_id, _ANSWER_CHARS)}: {trajectory.stop_reason}{told}, "
        f"{len(trajectory.turns)} turns, {usage.sampled_tokens} tokens, {usage.cells} cells, "
        f"{seconds_text(real_seconds(trajectory.duration_seconds))}"
    )


def trajectory_html(trajectory: Trajectory) -> str:
    """A trajectory with its turns, folded but the last."""
    detail = cut(trajectory.stop_detail, 3 * _ANSWER_CHARS)
    parts = [f"<div><b>{safe(trajectory_text(trajectory))}</b></div>"]
    if detail:
        parts.append(f'<div style="{_DIM}">{safe(detail)}</div>')
    parts.append(timeline([_row(trajectory, trajectory.started_at, {})]))
    parts.append(_folded("prompt", _pre(trajectory.prompt_text, OTHER), is_open=False))
    left = _MOST_CHARS
    for number, turn in enumerate(trajectory.turns):
        shown = _turn(turn)
        left -= len(shown)
        if left < 0:
            more = len(trajectory.turns) - number
            parts.append(f"<div>… and {more} more turns: tirkit show prints them</div>")
            break
        is_last = number == len(trajectory.turns) - 1
        parts.append(_folded(_turn_line(number, turn), shown, is_open=is_last))
    return box(*parts)


def votes_html(votes: list[tuple[str, int]], silent: int, whole: int, others: int = 0) -> str:
    """Votes as a bar, with what its colours mean below."""
    told = votes[: len(COLOURS)]
    others += sum(count for _, count in votes[len(COLOURS) :])
    pieces = [
        (answer, count, colour) for (answer, count), colour in zip(told, COLOURS, strict=False)
    ]
    pieces += [("other answers", others, OTHER), ("no answer", silent, SILENT)]
    legend = " &nbsp; ".join(
        f'<span style="color:{colour}">■</span> {safe(name)} ×{count}'
        for name, count, colour in pieces
        if count
    )
    return vote_bar(pieces, whole) + f'<div style="font-size:.9em">{legend or "no votes"}</div>'


def box(*parts: str) -> str:
    """Parts as one output."""
    return f"{_BOX}{''.join(parts)}</div>"


def answer_colours(solution: Solution) -> dict[int, str]:
    """The colour of each attempt's answer, by the attempt's index."""
    entries = zip(solution.verdict.tally.entries, COLOURS, strict=False)
    return {vote.attempt_index: colour for entry, colour in entries for vote in entry.votes}


def _graded(solution: Solution) -> str:
    reference = solution.problem.answer
    if reference is None:
        return ""
    answer = None if solution.answer is None else solution.answer.canonical
    mark = {True: "right", False: "wrong", None: "not compared"}[is_right(answer, reference)]
    return f" ({mark}; reference {cut(reference, _ANSWER_CHARS)})"


def _row(trajectory: Trajectory, began: float, colours: Mapping[int, str]) -> Row:
    start = real_seconds(trajectory.started_at - began)
    answer, reason = trajectory.answer, str(trajectory.stop_reason)
    return Row(
        index=trajectory.index,
        stretches=trajectory_stretches(trajectory, start),
        end=start + real_seconds(trajectory.duration_seconds),
        label=reason if answer is None else str(answer),
        title=f"{reason}; {cut(trajectory.stop_detail, _ANSWER_CHARS)}",
        killed=trajectory.stop_reason in _KILLED,
        colour=colours.get(trajectory.index, ""),
    )


def _attempts(trajectories: tuple[Trajectory, ...], left_out: int) -> str:
    cells = "".join(
        f"<tr><td>{one.index}</td><td>{safe(str(one.stop_reason))}</td>"
        f"<td>{safe(cut(str(one.answer or ''), _ANSWER_CHARS))}</td>"
        f"<td>{one.spent.sampled_tokens}</td><td>{one.spent.cells}</td>"
        f"<td>{seconds_text(real_seconds(one.duration_seconds))}</td></tr>"
        for one in trajectories
    )
    names = ("#", "ended", "answer", "tokens", "cells", "time")
    head = "".join(f"<th>{name}</th>" for name in names)
    more = f"<div>… and {left_out} more</div>" if left_out else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>{more}"


def _turn_line(number: int, turn: Turn) -> str:
    seconds = real_seconds(turn.generate_seconds)
    told = f"turn {number + 1}: {turn.end - turn.start} tokens, {seconds_text(seconds)}"
    if turn.result is not None:
        took = seconds_text(real_seconds(turn.result.duration_seconds))
        told += f"; code {turn.result.status} after {took}"
    return told + (f"; {cut(turn.note, _ANSWER_CHARS)}" if turn.note else "")


def _turn(turn: Turn) -> str:
    shown = _pre(turn.text, "#4f86d6")
    return shown + (_pre(turn.given, "#e08a2e") if turn.given else "")


def _pre(text: str, colour: str) -> str:
    half = _PART_CHARS // 2
    if len(text) > _PART_CHARS:
        left_out = len(text) - 2 * half
        text = f"{text[:half]}\n… {left_out} characters left out …\n{text[-half:]}"
    return f'<pre style="{_PRE.format(colour=colour)}">{escape(visible(text))}</pre>'


def _folded(name: str, body: str, *, is_open: bool = True) -> str:
    state = " open" if is_open else ""
    summary = f'<summary style="cursor:pointer;{_DIM}">{safe(name)}</summary>'
    return f'<details{state} style="margin:.3em 0">{summary}{body}</details>'
