"""The door to `kaggle_evaluation`, which only exists on Kaggle and in its data sets."""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from tirkit.errors import ConfigError

_MODULE = "kaggle_evaluation.aimo_3_inference_server"
_CLASS = "AIMO3InferenceServer"
_RERUN = "KAGGLE_IS_COMPETITION_RERUN"


def serve(
    predict: Callable[..., object],
    test_csv: Path | str,
    *,
    module: str = _MODULE,
    server: str = _CLASS,
) -> None:
    """Hand `predict` to the competition's server; comes back when all problems are answered.

    In the competition's own run it serves the gateway. Anywhere else it calls `predict` with the
    rows of a file. The gateway gives a notebook 15 minutes to come here.

    Args:
        predict: `KagglePredictor.predict`.
        test_csv: file with `id` and `problem`, for a run that is not the competition's.
        module: of the competition's server.
        server: its class.

    Raises:
        ConfigError: the competition's server cannot be imported.
    """
    try:
        made: Any = getattr(import_module(module), server)(predict)
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"{module}.{server} is not there: add the competition's data to the notebook and its "
            "folder to sys.path"
        ) from error
    if os.environ.get(_RERUN):
        made.serve()
    else:
        made.run_local_gateway((str(test_csv),))
