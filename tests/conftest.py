"""Fixtures every test may use."""

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.plugins_vllm"]
pytest.register_assert_rewrite(
    "tests.engines.contract_ends",
    "tests.engines.contract_output",
    "tests.engines.contract_prompt",
    "tests.engines.subject",
)

# The same examples in every run, and no clock: the machine may be busy with real engines.
settings.register_profile("tirkit", derandomize=True, deadline=None)
settings.load_profile("tirkit")


def pytest_collection_finish() -> None:
    """Leave what stays to the end out of collections: a full one stopped every stream for 0.7 s."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """At the end all of it may go: extension modules complain of what outlives them."""
    gc.unfreeze()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """tirkit runs on asyncio (vLLM and zmq do); session scope lets engines be shared."""
    return "asyncio"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The shared real problems and traces, or a skip that says what is missing."""
    path = Path(os.environ.get("TIRKIT_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"no data at {path}: set TIRKIT_DATA to the folder with aime24.jsonl")
    return path
