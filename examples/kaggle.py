"""A whole AIMO notebook: an engine, a clock, and a predict that always answers.

    python examples/kaggle.py --engine vllm:/kaggle/input/gpt-oss-120b/transformers/default/1

On Kaggle it serves the competition's gateway. Elsewhere, without `kaggle_evaluation`, it asks the
problems of a CSV file (`id`, `problem`) one at a time, as the gateway does, and prints the answers.
"""

import argparse
import logging
import os
import random
import sys
import time
from pathlib import Path

import polars as pl

from tirkit.errors import ConfigError, TirkitError
from tirkit.integrations.kaggle import KagglePredictor, serve

STARTED = time.monotonic()
DATA = Path("/kaggle/input/ai-mathematical-olympiad-progress-prize-3/test.csv")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--engine", default="local", help="vllm:MODEL, openai:URL or local")
    parser.add_argument("--preset", default="aimo3")
    parser.add_argument("--data", type=Path, default=DATA)
    return parser.parse_args()


def ask(predictor: KagglePredictor, path: Path) -> None:
    """Call predict as the gateway does: one row a call, in random order."""
    rows = list(pl.read_csv(path, schema_overrides={"id": pl.String}).iter_slices(1))
    random.shuffle(rows)
    for row in rows:
        answered = predictor.predict(row["id"], row["problem"])
        print(answered["id"][0], answered["answer"][0], flush=True)


def main(arguments: argparse.Namespace) -> None:
    used_seconds = time.monotonic() - STARTED
    with KagglePredictor(
        arguments.engine, arguments.preset, used_seconds=used_seconds
    ) as predictor:
        try:
            serve(predictor.predict, arguments.data)
        except ConfigError as error:
            if os.environ.get("KAGGLE_IS_COMPETITION_RERUN"):
                raise
            print(f"{error}; asking the rows of {arguments.data}", file=sys.stderr)
            ask(predictor, arguments.data)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        main(read_arguments())
    except (TirkitError, OSError, pl.exceptions.PolarsError) as error:
        sys.exit(f"kaggle: {error}")
