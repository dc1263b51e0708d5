"""The engine that goes with a trainer: its server, its own vLLM."""

import gc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import pytest

from tests.integrations.rl.parts import PROBLEM, SomeKernels
from tests.plugins_vllm import vllm_start_warnings
from tirkit.engines import Engine
from tirkit.errors import ConfigError
from tirkit.integrations.rl import AttemptGroups, Ending
from tirkit.integrations.trl import trainer_engine


def trainer_of(mode: str, **parts: Any) -> Any:
    return SimpleNamespace(use_vllm=True, vllm_mode=mode, vllm_generation=SimpleNamespace(**parts))


async def test_engine_when_the_trainer_has_a_server_then_that_is_asked() -> None:
    client = SimpleNamespace(base_url="http://127.0.0.1:9")
    with pytest.raises(ConfigError, match=r"nothing answers at http://127\.0\.0\.1:9"):
        with anyio.fail_after(60):
            async with trainer_engine(trainer_of("server", vllm_client=client)):
                pass


@pytest.mark.slow  # vLLM takes half a minute to start
@pytest.mark.vllm
async def test_engine_when_the_trainer_holds_vllm_then_attempts_draw_from_it(
    tiny_model: Path, tokenizer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_ENABLE_V1_MULTIPROCESSING", "0")  # as the trainer has it
    with vllm_start_warnings():
        from vllm import LLM

        llm = await anyio.to_thread.run_sync(
            lambda: LLM(
                str(tiny_model),
                dtype="float32",
                enforce_eager=True,
                max_model_len=1024,
                kv_cache_memory_bytes=256 * 2**20,
            )
        )
        trainer = trainer_of("colocate", llm=llm, enable_sleep_mode=False)
        trainer.processing_class = tokenizer
        trainer.eos_token_ids = [tokenizer.eos_token_id]
        trainer.model = SimpleNamespace(config=SimpleNamespace(name_or_path="tiny"))
        trainer.accelerator = SimpleNamespace(device=SimpleNamespace(type="cpu"))
        limits = {"max_turn_tokens": 40, "max_total_tokens": 600, "ask_when_silent": False}
        async with trainer_engine(trainer) as engine:
            assert isinstance(engine, Engine)
            assert engine.context_tokens == 1024
            async with AttemptGroups(
                engine, kernels=SomeKernels(), share_engine=True, limits=limits
            ) as groups:
                with anyio.fail_after(120):
                    [rows] = await groups.run([(PROBLEM, 6)], seed=1)
        del llm, trainer, engine, groups
        gc.collect()
    assert {row.ending for row in rows} <= {Ending.TRUNCATED, Ending.WHOLE}
    assert len({row.completion_ids for row in rows}) == 6
    for row in rows:
        assert row.logprobs is not None
        assert len(row.logprobs) == len(row.completion_ids) > 0
        assert all(value < 0 for value, bit in zip(row.logprobs, row.mask, strict=True) if bit)
