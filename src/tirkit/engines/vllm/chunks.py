"""From vLLM's outputs to chunks. Runs once per chunk of every stream, so it is kept lean."""

from typing import TYPE_CHECKING

from tirkit.errors import EngineError
from tirkit.types import EngineUsage, FinishReason, TokenChunk, TopLogprobs

if TYPE_CHECKING:
    from vllm.logprobs import FlatLogprobs
    from vllm.outputs import RequestOutput

_FINISH = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    # A detected repetition cuts the text short as a limit does: the model has not ended its turn.
    "repetition": FinishReason.LENGTH,
}


def token_chunk(output: "RequestOutput", logprobs: int | None) -> TokenChunk:
    """Turn one unfinished output into a chunk; `logprobs` as the request asked for them."""
    completion = output.outputs[0]
    ids = tuple(completion.token_ids)
    if logprobs is None:
        return TokenChunk(ids, completion.text)
    drawn, best = _read_logprobs(completion.logprobs, logprobs)
    return TokenChunk(ids, completion.text, drawn, best)


def last_chunk(
    output: "RequestOutput", logprobs: int | None, prompt_tokens: int, earlier_tokens: int
) -> TokenChunk:
    """Turn the finished output into the last chunk; `earlier_tokens` came in the chunks before.

    Raises:
        EngineError: the request was aborted or failed inside the engine.
    """
    reason = output.outputs[0].finish_reason
    if reason not in _FINISH:
        raise EngineError(f"vLLM ended the request before the model did ({reason})")
    chunk = token_chunk(output, logprobs)
    return TokenChunk(
        chunk.token_ids,
        chunk.text,
        chunk.logprobs,
        chunk.top_logprobs,
        _FINISH[reason],
        EngineUsage(prompt_tokens, earlier_tokens + len(chunk.token_ids), output.num_cached_tokens),
    )


def _read_logprobs(
    flat: "FlatLogprobs", asked: int
) -> tuple[tuple[float, ...], tuple[TopLogprobs, ...] | None]:
    """Read the values at each position: the drawn token's, then the best ones in order.

    When vLLM merges two chunks it drops a token's second mention, so a position holds `asked` or
    `asked + 1` entries.
    """
    values, ids = flat.logprobs, flat.token_ids
    drawn = tuple([values[start] for start in flat.start_indices])
    if asked == 0:
        return drawn, None
    best: list[TopLogprobs] = []
    for start, end in zip(flat.start_indices, flat.end_indices, strict=True):
        first = start + 1 if end - start > asked else start
        pairs = list(zip(ids[first:end], values[first:end], strict=True))
        if first == start:
            pairs.sort(key=lambda pair: -pair[1])
        best.append(tuple(pairs))
    return drawn, tuple(best)
