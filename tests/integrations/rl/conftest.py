"""A tiny random model with a real tokenizer, for what needs torch."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tirkit.integrations.verl import agent_loop


@pytest.fixture
def quiet() -> Iterator[None]:
    """Let torch, transformers and trainers warn; they do, and it is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="session")
def tokenizer(tiny_model: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(tiny_model)


@pytest.fixture
def closed_loops() -> Iterator[None]:
    """Close what verl's agent loops of a test have shared."""
    yield
    while agent_loop._KEPT:
        agent_loop._KEPT.popitem()[1].__exit__(None, None, None)
