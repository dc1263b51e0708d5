"""The contract against real vLLM on the tiny forced model."""

import multiprocessing
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.engines.contract import EngineContract, EngineUnderTest, Subjects
from tests.engines.subject import read
from tests.engines.vllm_subject import own_engine, under_test
from tirkit.errors import EngineError
from tirkit.types import GenerateRequest

if TYPE_CHECKING:
    from tirkit.testing.forced import ForcedVllmEngine

pytestmark = [pytest.mark.vllm, pytest.mark.timeout(600)]


class TestVllmContract(EngineContract):
    @pytest.fixture(scope="class")
    async def subject(self, forced_vllm: "ForcedVllmEngine") -> EngineUnderTest:
        return under_test(forced_vllm)

    @pytest.fixture(scope="class")
    async def mortal(self, tiny_model: Path) -> Subjects:
        """One engine for all that needs a dead one: the first test kills it under load."""
        async for engine in own_engine(tiny_model):
            yield under_test(engine)

    @pytest.fixture
    async def leaving(self, tiny_model: Path) -> Subjects:
        async for engine in own_engine(tiny_model):
            yield under_test(engine)

    async def test_engine_when_the_terminal_is_interrupted_then_its_processes_go_on(
        self, subject: EngineUnderTest
    ) -> None:
        children = multiprocessing.active_children()
        assert children
        for child in children:
            assert child.pid is not None
            os.kill(child.pid, signal.SIGINT)
        chunks = await read(subject.engine, GenerateRequest("after", (5, 6, 7), "", 4))
        assert chunks[-1].finish is not None

    async def test_engine_when_left_with_streams_open_then_each_ends_with_an_engine_error(
        self,
        leaving: EngineUnderTest,  # not `mortal`, which has been killed by now
    ) -> None:
        await super().test_engine_when_left_with_streams_open_then_each_ends_with_an_engine_error(
            leaving
        )
        request = GenerateRequest("late", (5, 6, 7), "", 4)
        with pytest.raises(EngineError, match="not running"):
            await read(leaving.engine, request)
