"""The logits processor that forces tokens, by itself."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.plugins_vllm import vllm_start_warnings

pytestmark = pytest.mark.vllm

END = 2


@pytest.fixture(scope="module")
def vllm() -> Any:
    """What of vLLM and torch the tests need."""
    with vllm_start_warnings():
        import torch
        from vllm.v1.sample.logits_processor import (
            BatchUpdate,
            MoveDirectionality,
        )

        from tirkit.testing.forced import ForcedTokens
    return SimpleNamespace(
        torch=torch,
        update=BatchUpdate,
        move=MoveDirectionality.UNIDIRECTIONAL,
        make=lambda: ForcedTokens(None, torch.device("cpu"), False),
        check=ForcedTokens.validate_params,
    )


def params(forced: object = None, end: int | None = END) -> Any:
    extra = None if forced is None else {"forced_ids": forced}
    return SimpleNamespace(extra_args=extra, eos_token_id=end)


def drawn_next(vllm: Any, processor: Any, rows: int) -> list[int]:
    """What greedy sampling draws for each row; 9 is the model's own choice."""
    logits = vllm.torch.zeros(rows, 10)
    logits[:, 9] = 5.0
    tokens: list[int] = processor.apply(logits).argmax(dim=1).tolist()
    return tokens


def test_forced_tokens_when_the_list_ends_then_the_end_token_follows(vllm: Any) -> None:
    processor, drawn = vllm.make(), list[int]()
    processor.update_state(vllm.update(1, [], [(0, params([4, 5]), None, drawn)], []))
    for expected in (4, 5, END, END):
        assert drawn_next(vllm, processor, 1) == [expected]
        drawn.append(expected)


def test_forced_tokens_when_the_end_is_ignored_then_the_model_goes_on(vllm: Any) -> None:
    processor = vllm.make()
    processor.update_state(vllm.update(1, [], [(0, params([4], end=None), None, [4])], []))
    assert drawn_next(vllm, processor, 1) == [9]


def test_forced_tokens_when_rows_move_and_leave_then_scripts_follow_their_requests(
    vllm: Any,
) -> None:
    processor = vllm.make()
    added: list[Any] = [
        (0, params([3]), None, []),
        (1, params(), None, []),
        (2, params([6]), None, []),
    ]
    processor.update_state(vllm.update(3, [], added, []))
    assert drawn_next(vllm, processor, 3) == [3, 9, 6]
    processor.update_state(vllm.update(2, [0], [], [(2, 0, vllm.move)]))
    assert drawn_next(vllm, processor, 2) == [6, 9]
    processor.update_state(vllm.update(1, [0], [], [(1, 0, vllm.move)]))
    assert drawn_next(vllm, processor, 1) == [9]


@pytest.mark.parametrize("forced", ["abc", 5, [1, "2"], [-1], [True], {"a": 1}])
def test_forced_tokens_when_the_list_is_no_list_of_ids_then_it_is_refused(
    forced: object, vllm: Any
) -> None:
    with pytest.raises(ValueError, match="forced_ids"):
        vllm.check(params(forced))
    vllm.check(params([0, 5]))
    vllm.check(params())
