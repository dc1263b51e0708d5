"""Courses of recorded runs."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tirkit.answers.comparison import EXACT
from tirkit.bench import run_settings
from tirkit.config import Settings
from tirkit.errors import ConfigError, RecordError
from tirkit.lab.course import Course, course_from
from tirkit.lab.replay import reach
from tirkit.records import read_any


def read_courses(runs: Sequence[Path]) -> list[Course]:
    """The problems of some runs; those of several runs are told apart by the run's name.

    Args:
        runs: folders of runs, or files of records.

    Raises:
        ConfigError: one cannot be read, holds no attempts, or two have the same name.
    """
    courses: list[Course] = []
    for run in runs:
        settings = run_settings(run if run.is_dir() else run.parent)
        prefix = f"{_name(run)}/" if len(runs) > 1 else ""
        courses += [
            replace(course, problem_id=prefix + course.problem_id)
            for course in _of_run(run, settings)
        ]
    names = [course.problem_id for course in courses]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigError(f"problem {twice} is there twice: give each run a name of its own")
    return courses


def _of_run(run: Path, settings: Settings | None) -> list[Course]:
    try:
        records = read_any(run)
    except RecordError as error:
        raise ConfigError(str(error)) from error
    if not records.attempts:
        raise ConfigError(f"{run} holds no attempts: give the folder of a run")
    attempts = None if settings is None else reach(settings.policy())
    comparison = EXACT if settings is None else settings.comparison
    return [
        course_from(trajectories, records.solutions.get(key), attempts, comparison)
        for key, trajectories in records.attempts.items()
    ]


def _name(run: Path) -> str:
    return run.resolve().name if run.is_dir() else run.resolve().parent.name
