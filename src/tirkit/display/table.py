"""A picture of a run as a table that fits the terminal."""

import math
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tirkit.display.escape import one_line
from tirkit.display.picture import AttemptPicture, FinishedPicture, Picture, ProblemPicture

BAR_CHARS = 20
_COLUMNS_CHARS = 52
"""What the columns of an attempt before its text take, with a long reason to have ended."""
_LEAST_TEXT_CHARS = 16
_LEAST_ATTEMPTS = 3
_MOST_FINISHED = 6
_LEADER, _SECOND, _OTHERS, _SILENT, _RUNNING = "green", "yellow", "magenta", "dim", "dim cyan"


def draw(picture: Picture, width: int, height: int) -> RenderableType:
    """The run in so many columns and lines; what does not fit is counted, not shown."""
    parts: list[RenderableType] = [*_head(picture)]
    lines = height - len(parts)
    if picture.many:
        done = picture.finished[-min(_MOST_FINISHED, max(lines // 4, 1)) :]
        most = max((lines - len(done) - 2) * 2 // 3, 1)
        problems = picture.open[:most]
        if problems or done:
            parts.append(_problems(problems, done))
            lines -= len(problems) + len(done) + 1
        left_out = picture.more_open + len(picture.open) - len(problems)
        if left_out:
            parts.append(Text(f"… and {left_out} more problems at work", style="dim"))
            lines -= 1
    if picture.open and lines > _LEAST_ATTEMPTS + 1:
        parts.append(_attempts(picture.open[0], width, lines - 2))
    return Group(*parts)


def votes_line(votes: Sequence[tuple[str, int]], others: int, silent: int) -> str:
    """Votes in one line, best first."""
    shown = [f"{one_line(answer)} ×{count}" for answer, count in votes]
    shown += [f"other answers ×{others}"] if others else []
    shown += [f"no answer ×{silent}"] if silent else []
    return ", ".join(shown) or "no votes"


def vote_bar(problem: ProblemPicture, chars: int = BAR_CHARS) -> Text:
    """The votes as a bar: leader, second, others, silent ones; attempts in flight as dots."""
    counts = [count for _, count in problem.votes]
    others = sum(counts[2:]) + problem.other_votes
    first, second = (*counts[:2], 0, 0)[:2]
    whole = max(problem.max_attempts, problem.finished + problem.running, 1)
    pieces = (
        (first, "█", _LEADER), (second, "█", _SECOND), (others, "█", _OTHERS),
        (problem.silent, "░", _SILENT), (problem.running, "·", _RUNNING),
    )  # fmt: skip
    bar, ends, drawn = Text(), 0, 0
    for count, char, style in pieces:
        ends += count
        until = min(round(chars * ends / whole), chars)
        bar.append(char * (until - drawn), style=style)
        drawn = max(drawn, until)
    return bar.append(" " * (chars - drawn))


def seconds_text(seconds: float) -> str:
    """A time as people read it: 4.2 s, 3:07, 1:02:03."""
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def count_text(count: float) -> str:
    """A count in four characters or so: 950, 12.3k, 4.1M."""
    if count < 10_000:
        return f"{count:.0f}"
    power = min(int(math.log10(count) // 3), 4)
    return f"{count / 1000**power:.1f}{'kMGT'[power - 1]}"


def head_lines(picture: Picture) -> Iterator[str]:
    """What is to be said of the whole run, in two lines."""
    total = f"/{picture.problems}" if picture.problems is not None else ""
    now = len(picture.open) + picture.more_open
    told = [f"{picture.done}{total} problems done", f"{now} at work"]
    if picture.problems is not None:
        told.append(f"{max(picture.problems - picture.done - now, 0)} left")
    if picture.graded:
        told.append(f"right so far {picture.right} of {picture.graded}")
    told.append(seconds_text(picture.elapsed_seconds))
    yield " · ".join(told)
    most = f"/{picture.max_in_flight}" if picture.max_in_flight else ""
    told = [
        f"{picture.in_flight}{most} attempts in flight",
        f"{count_text(picture.tokens_per_second)} tokens/s",
        f"{count_text(picture.tokens)} tokens",
        f"{count_text(picture.cells)} cells",
    ]
    if (kernels := picture.kernels) is not None:
        lost = f", {kernels.lost} lost" if kernels.lost else ""
        told.append(
            f"kernels {kernels.leased} leased, {kernels.waiting} waiting, "
            f"{kernels.starting} starting{lost}"
        )
    left = [one.left_seconds for one in picture.open if one.left_seconds is not None]
    if left:
        told.append(f"time is up in {seconds_text(min(left))}")
    yield " · ".join(told)


def finished_line(done: FinishedPicture) -> str:
    """A problem that is done, in one line."""
    mark = {True: "right: ", False: "wrong: ", None: ""}[done.right]
    answer = "no answer" if done.answer is None else done.answer
    reference = "" if done.reference is None else f" (reference {done.reference})"
    return one_line(
        f"{done.id}  {mark}{answer}{reference}, {done.agreed} of {done.votes} votes, "
        f"{done.attempts} attempts, {count_text(done.tokens)} tokens, {seconds_text(done.seconds)}"
    )


def _head(picture: Picture) -> Iterator[Text]:
    for number, line in enumerate(head_lines(picture)):
        style = "dim" if number else "bold"
        yield Text(line, style=style, no_wrap=True, overflow="ellipsis")
    if picture.notice:
        notice = one_line(picture.notice)
        yield Text(notice, style="bold yellow", no_wrap=True, overflow="ellipsis")


def _problems(problems: Sequence[ProblemPicture], done: Sequence[FinishedPicture]) -> Table:
    table = Table(box=None, expand=True, pad_edge=False, header_style="dim")
    table.add_column("problem", no_wrap=True, overflow="ellipsis", ratio=2, style="cyan")
    table.add_column("attempts", no_wrap=True, justify="right")
    table.add_column("votes", no_wrap=True, min_width=BAR_CHARS)
    table.add_column("answer", no_wrap=True, overflow="ellipsis", ratio=3)
    table.add_column("tokens", no_wrap=True, justify="right")
    table.add_column("time", no_wrap=True, justify="right")
    for one in done:
        table.add_row(*_finished(one))
    for problem in problems:
        table.add_row(*_open(problem))
    return table


def _open(problem: ProblemPicture) -> tuple[Text, ...]:
    leader = Text("—", style="dim")
    if problem.votes:
        answer, count = problem.votes[0]
        leader = Text(one_line(f"{answer} ×{count}"))
    if problem.settled:
        leader.append(one_line(f"  settled: {problem.settled}"), style="dim")
    return (
        Text(one_line(problem.id)),
        Text(f"{problem.finished}+{problem.running}/{problem.max_attempts}"),
        vote_bar(problem),
        leader,
        Text(count_text(problem.tokens)),
        Text(seconds_text(problem.seconds)),
    )


def _finished(done: FinishedPicture) -> tuple[Text, ...]:
    style = {True: "green", False: "red", None: ""}[done.right]
    mark = {True: "✓ ", False: "✗ ", None: ""}[done.right]
    answer = "no answer" if done.answer is None else done.answer
    told = Text(one_line(f"{mark}{answer}"), style=style)
    if done.right is False:
        told.append(one_line(f"  reference {done.reference}"), style="dim")
    share = f"{done.agreed} of {done.votes} votes"
    return (
        Text(one_line(done.id), style="dim"),
        Text(f"{done.attempts}"),
        Text(f"{share:<{BAR_CHARS}}"),
        told,
        Text(count_text(done.tokens)),
        Text(seconds_text(done.seconds)),
    )


def _attempts(problem: ProblemPicture, width: int, most: int) -> RenderableType:
    room = max(width - _COLUMNS_CHARS, _LEAST_TEXT_CHARS)
    votes = votes_line(problem.votes, problem.other_votes, problem.silent)
    title = Text(no_wrap=True, overflow="ellipsis").append(one_line(problem.id), style="cyan")
    title.append(": ").append_text(vote_bar(problem)).append(f" {votes}")
    table = Table(box=None, expand=True, header_style="dim")
    for name, style in (("#", "cyan"), ("doing", "yellow")):
        table.add_column(name, style=style, no_wrap=True)
    for name in ("tokens", "cells", "time"):
        table.add_column(name, no_wrap=True, justify="right")
    table.add_column("text", ratio=1, no_wrap=True, overflow="ellipsis", style="dim")
    for attempt in problem.attempts[:most]:
        table.add_row(*_attempt(attempt, room))
    return Group(title, table)


def _attempt(attempt: AttemptPicture, room: int) -> tuple[Text, ...]:
    doing = attempt.doing + (f" {attempt.answer}" if attempt.answer else "")
    return (
        Text(str(attempt.index)),
        Text(one_line(doing)),
        Text(str(attempt.tokens)),
        Text(str(attempt.cells)),
        Text(seconds_text(attempt.seconds)),
        Text(one_line(attempt.tail[-room:])[-room:]),
    )
