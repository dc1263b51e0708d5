"""A picture of a run as HTML and as text, for a notebook."""

from tirkit.display.escape import one_line
from tirkit.display.html import MOST_ROWS, box, votes_html
from tirkit.display.picture import AttemptPicture, FinishedPicture, Picture, ProblemPicture
from tirkit.display.svg import COLOURS, OTHER, SILENT, Row, safe, timeline, vote_bar
from tirkit.display.table import (
    count_text,
    finished_line,
    head_lines,
    seconds_text,
    votes_line,
)

_MOST_PROBLEMS = 20
_BAR_PIXELS = 240
_MARKS = {True: "✓", False: "✗", None: ""}


def picture_html(picture: Picture) -> str:
    """A run at one moment: of one problem its attempts, of many a table."""
    first, second = head_lines(picture)
    parts = [f'<div><b>{safe(first)}</b></div><div style="opacity:.75">{safe(second)}</div>']
    if picture.notice:
        parts.append(f"<div><b>{safe(picture.notice)}</b></div>")
    if picture.many:
        parts.append(_table(picture))
    elif picture.open:
        parts.append(_problem(picture.open[0]))
    return box(*parts)


def picture_text(picture: Picture) -> str:
    """A run at one moment in a few lines."""
    lines = list(head_lines(picture))
    lines += [picture.notice] if picture.notice else []
    for problem in picture.open[:_MOST_PROBLEMS]:
        votes = votes_line(problem.votes, problem.other_votes, problem.silent)
        lines.append(f"{problem.id}: {votes}")
    lines += [finished_line(done) for done in picture.finished]
    return "\n".join(map(one_line, lines))


def _problem(problem: ProblemPicture) -> str:
    votes = votes_html(
        list(problem.votes), problem.silent, problem.max_attempts, problem.other_votes
    )
    shown = sorted(problem.attempts, key=lambda attempt: attempt.index)[:MOST_ROWS]
    colours = dict(zip((answer for answer, _ in problem.votes), COLOURS, strict=False))
    rows = [_row(attempt, colours) for attempt in shown]
    settled = f"<div>settled: {safe(problem.settled)}</div>" if problem.settled else ""
    question = f'<div style="margin:.4em 0">{safe(problem.question)}</div>'
    return question + votes + settled + timeline(rows)


def _row(attempt: AttemptPicture, colours: dict[str, str]) -> Row:
    start = attempt.stretches[0].start if attempt.stretches else 0.0
    doing = f"{attempt.doing}, {count_text(attempt.tokens)}"
    killed = not attempt.running and attempt.doing in {"cancelled", "guard"}
    return Row(
        index=attempt.index,
        stretches=attempt.stretches,
        end=start + attempt.seconds,
        label=attempt.answer or (doing if attempt.running else attempt.doing),
        title=f"{attempt.doing}, {attempt.tokens} tokens, {attempt.cells} cells",
        killed=killed,
        colour=colours.get(attempt.answer, ""),
    )


def _table(picture: Picture) -> str:
    rows = [_finished(done) for done in picture.finished]
    rows += [_open(problem) for problem in picture.open[:_MOST_PROBLEMS]]
    left_out = picture.more_open + max(len(picture.open) - _MOST_PROBLEMS, 0)
    more = f"<div>… and {left_out} more problems at work</div>" if left_out else ""
    names = ("problem", "attempts", "votes", "answer", "tokens", "time")
    head = "".join(f'<th style="text-align:left">{name}</th>' for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{more}"


def _open(problem: ProblemPicture) -> str:
    pieces = [
        (answer, count, colour)
        for (answer, count), colour in zip(problem.votes, COLOURS, strict=False)
    ]
    pieces += [("other answers", problem.other_votes, OTHER), ("no answer", problem.silent, SILENT)]
    leader = f"{problem.votes[0][0]} ×{problem.votes[0][1]}" if problem.votes else "—"
    return _cells(
        safe(problem.id),
        f"{problem.finished}+{problem.running}/{problem.max_attempts}",
        vote_bar(pieces, problem.max_attempts, _BAR_PIXELS),
        safe(leader),
        count_text(problem.tokens),
        seconds_text(problem.seconds),
    )


def _finished(done: FinishedPicture) -> str:
    answer = "no answer" if done.answer is None else done.answer
    told = f"{_MARKS[done.right]} {answer}"
    if done.right is False:
        told += f" (reference {done.reference})"
    return _cells(
        safe(done.id),
        str(done.attempts),
        f"{done.agreed} of {done.votes}",
        safe(told),
        count_text(done.tokens),
        seconds_text(done.seconds),
    )


def _cells(*cells: str) -> str:
    row = "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells)
    return f"<tr>{row}</tr>"
