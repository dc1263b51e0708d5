"""One command for each stage: `python -m examples.training STAGE`."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from examples.training.commands import COMMANDS
from examples.training.families import FAMILIES
from examples.training.family import Family
from examples.training.stages import STAGES, Place
from tirkit.errors import ConfigError, TirkitError

_CONFIG = Path(__file__).parent / "config"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a stage; the exit status."""
    told = _parser().parse_args(arguments)
    folder = _CONFIG / "micro" if told.micro else _CONFIG
    config = told.config or folder / f"{told.stage}.toml"
    if not config.is_file():
        config = _CONFIG / config.name
    told.work.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(level=logging.WARNING)
    try:
        place = Place(
            work=told.work,
            config=config,
            families=_chosen(told.families),
            model=told.model,
            engines=tuple(told.engine or ["local"]),
        )
        print(STAGES[told.stage](place))
    except TirkitError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _chosen(names: str) -> tuple[Family, ...]:
    """The families named, separated by commas; all without a name.

    Raises:
        ConfigError: there is no such family.
    """
    wanted = [name for name in names.split(",") if name]
    unknown = set(wanted) - {family.name for family in FAMILIES}
    if unknown:
        raise ConfigError(f"there is no family {', '.join(sorted(unknown))}")
    return tuple(one for one in FAMILIES if one.name in wanted or not wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m examples.training",
        epilog=COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stage", choices=STAGES)
    parser.add_argument(
        "--work", type=Path, default=Path("build/training"), help="folder of it all"
    )
    parser.add_argument("--config", type=Path, help="TOML file in place of the stage's own")
    parser.add_argument("--micro", action="store_true", help="a small training, for a look")
    parser.add_argument("--model", default="", help="in place of the model of stage 1")
    parser.add_argument(
        "--families", default="", help="names of families, separated by commas, in place of all"
    )
    parser.add_argument(
        "--engine", action="append", choices=["local", "vllm"], help="to check a pack against"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
