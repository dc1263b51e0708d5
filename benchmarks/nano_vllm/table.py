"""The figures of the runs, as lines of a table and as what is held against them."""

import statistics
from collections.abc import Iterator, Sequence
from math import ceil

from benchmarks.nano_vllm.heard import Kill
from benchmarks.nano_vllm.measure import Measured
from benchmarks.nano_vllm.runs import Ran, Raw
from benchmarks.report import Report
from tirkit.types import StopReason, Trajectory

COLUMNS = ("measure", "figure", "min", "max")
Row = tuple[object, object, object, object]
BROKEN = frozenset({StopReason.ENGINE_ERROR, StopReason.KERNEL_ERROR, StopReason.FAULT})


def rows(measured: Measured) -> Iterator[Row]:
    """Every line."""
    yield single("confinement", measured.confinement)
    yield from throughput_rows(measured.pairs)
    yield from time_rows([ran for ran, _ in measured.pairs])
    yield from stopping_rows(measured.stop_rule, measured.stopped)
    for held in measured.held:
        yield single(held.name, f"{held.before} before, {held.after} after")


def throughput_rows(pairs: Sequence[tuple[Ran, Raw]]) -> Iterator[Row]:
    """Tokens per second both ways."""
    yield spread("tokens sampled through tirkit", [float(sampled(ran)) for ran, _ in pairs])
    yield spread("tokens sampled by raw vLLM", [float(alone.tokens) for _, alone in pairs])
    yield spread("of these, the same token, %", [share(raw.alike, raw.tokens) for _, raw in pairs])
    yield spread(
        "raw: prompt tokens from the prefix cache, %",
        [share(alone.cached_tokens, alone.prompt_tokens) for _, alone in pairs],
    )
    yield spread("through tirkit, tokens/s", [sampled(ran) / ran.seconds for ran, _ in pairs])
    yield spread("raw vLLM, tokens/s", [alone.tokens / alone.seconds for _, alone in pairs])
    yield spread(
        "through tirkit / raw",
        [sampled(ran) / ran.seconds * alone.seconds / alone.tokens for ran, alone in pairs],
    )


def time_rows(ran: Sequence[Ran]) -> Iterator[Row]:
    """Where the attempts' time went."""
    waits = [1000 * wait for one in ran for wait in one.heard.waits]
    yield spread("cells run", [float(len(one.heard.waits)) for one in ran])
    yield spread(
        "attempts' time: in generation, %",
        [
            share(sum(done.usage.generate_seconds for done in one.trajectories), lived(one))
            for one in ran
        ],
    )
    yield spread(
        "attempts' time: waiting for cells, %",
        [share(sum(one.heard.waits), lived(one)) for one in ran],
    )
    yield spread(
        "of it, for a kernel or a processor, %",
        [share(sum(map(queued, one.trajectories)), sum(one.heard.waits)) for one in ran],
    )
    yield single("a cell's wait, ms: median", part(waits, 0.5))
    yield single("a cell's wait, ms: 95 %", part(waits, 0.95))
    yield single("a cell's wait, ms: longest", part(waits, 1))


def stopping_rows(rule: str, stopped: Sequence[Ran]) -> Iterator[Row]:
    """What the stop rule's kills took."""
    kills = kills_of(stopped)
    delays = [1000 * kill.seconds for kill in kills]
    yield single("stop rule", rule)
    yield spread("with it: seconds", [one.seconds for one in stopped])
    yield spread("with it: tokens sampled", [float(sampled(one)) for one in stopped])
    yield single("problems settled with attempts in flight", len(kills))
    yield single("attempts killed", sum(kill.attempts for kill in kills))
    yield single("verdict to end of last loser, ms: median", part(delays, 0.5))
    yield single("verdict to end of last loser, ms: 95 %", part(delays, 0.95))
    yield single("verdict to end of last loser, ms: longest", part(delays, 1))
    yield single("vLLM's requests of the problem then, most", most_unfinished(kills))


def judge(report: Report, measured: Measured) -> None:
    """Say whether anything was left and whether every attempt could run."""
    leaked = [held.name for held in measured.held if held.leaked]
    report.target(f"nothing leaked{told(leaked)}", met=not leaked)
    kills = kills_of(measured.stopped)
    report.target(
        "vLLM knows no request of a problem whose losers have ended",
        met=most_unfinished(kills) == 0,
    )
    ran = [one for one, _ in measured.pairs] + measured.stopped
    broken = [one.stop_detail for each in ran for one in each.trajectories if is_broken(one)]
    report.target(f"no attempt broken by engine or kernels{told(broken[:3])}", met=not broken)
    same = all(sampled(one) == alone.tokens for one, alone in measured.pairs)
    report.target("both sampled as many tokens", met=same)


def told(what: Sequence[str]) -> str:
    """Names behind a statement, if any."""
    return f" ({'; '.join(what)})" if what else ""


def is_broken(done: Trajectory) -> bool:
    """Whether an attempt ended by a failure that is not the model's."""
    return done.stop_reason in BROKEN


def kills_of(ran: Sequence[Ran]) -> list[Kill]:
    """Of all runs."""
    return [kill for one in ran for kill in one.heard.kills]


def most_unfinished(kills: Sequence[Kill]) -> int:
    """Requests of a problem that were open when its last loser had ended, at worst."""
    return max((kill.unfinished for kill in kills), default=0)


def sampled(ran: Ran) -> int:
    """Tokens the attempts got from vLLM, those thrown away behind a turn's end too."""
    return sum(done.usage.sampled_tokens + done.usage.wasted_tokens for done in ran.trajectories)


def lived(ran: Ran) -> float:
    """Seconds of all attempts together."""
    return sum(done.duration_seconds for done in ran.trajectories)


def queued(done: Trajectory) -> float:
    """Seconds an attempt's cells waited before they began."""
    return sum(turn.result.queue_seconds for turn in done.turns if turn.result is not None)


def share(some: float, whole: float) -> float:
    """In percent; 0 of nothing."""
    return 100 * some / whole if whole else 0.0


def part(values: Sequence[float], share_below: float) -> float | str:
    """The smallest value that this share of all does not exceed; "" without values."""
    ordered = sorted(values)
    return ordered[ceil(share_below * len(ordered)) - 1] if ordered else ""


def single(measure: str, figure: object) -> Row:
    """A line with one figure."""
    return (measure, figure, "", "")


def spread(measure: str, figures: Sequence[float]) -> Row:
    """A line with the median of the repeats, and their range if there are several."""
    if len(figures) == 1:
        return single(measure, figures[0])
    return (measure, statistics.median(figures), min(figures), max(figures))
