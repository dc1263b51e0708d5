"""Turns errors into one clear line and an exit code."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from tirkit.display import one_line
from tirkit.errors import AnswerError, ConfigError, TirkitError

WORK_FAILED = 1
WRONG_USE = 2


@contextmanager
def exit_codes() -> Iterator[None]:
    """End the command with 2 on wrong use and 1 on failed work, each with one line."""
    try:
        yield
    except TirkitError as error:
        _fail(error)
    except ExceptionGroup as group:
        known = group.subgroup(TirkitError)
        if known is None:
            raise
        _fail(_first(known))
    except KeyboardInterrupt:
        print("tirkit: interrupted", file=sys.stderr)
        raise typer.Exit(130) from None


def _fail(error: BaseException) -> None:
    wrong_use = isinstance(error, ConfigError | AnswerError)
    told = one_line(" ".join(str(error).split()))  # names and values in it may be hostile
    print(f"tirkit: {told}", file=sys.stderr)
    raise typer.Exit(WRONG_USE if wrong_use else WORK_FAILED) from None


def _first(group: BaseExceptionGroup[TirkitError]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
