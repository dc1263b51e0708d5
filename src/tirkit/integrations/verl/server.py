"""verl's server client as tirkit's engine calls it."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from tirkit.errors import EngineError
from tirkit.integrations.rl import Generated
from tirkit.types import GenerateRequest, Sampling

_OWN_FIELDS = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty", "logprobs")


class Server(Protocol):
    """What is used of verl's `LLMServerClient`."""

    async def generate(
        self,
        request_id: str,
        *,
        prompt_ids: list[int],
        sampling_params: dict[str, Any],
    ) -> Any:  # noqa: ANN401 - verl's TokenOutput
        """Token ids behind a prompt, with `token_ids`, `log_probs` and `stop_reason`."""


class ServerGeneration:
    """Generates with verl's server client, in the loop that the client belongs to.

    Turns of one attempt go to one server, which has their prefix cached. A call that is cancelled
    is given up here; verl has no way to abort it in the server, so calls are short.

    Args:
        server: verl's client, which every agent loop is given.
        loop: the one it belongs to.
    """

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop

    async def __call__(self, request: GenerateRequest) -> Generated:
        """The tokens of one call.

        Raises:
            EngineError: the server aborted it.
        """
        call = self._server.generate(
            request.request_id.rpartition("/t")[0] or request.request_id,
            prompt_ids=list(request.prompt_ids),
            sampling_params=_params(request),
        )
        output = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call, self._loop))
        if output.stop_reason in {"aborted", "abort"}:
            raise EngineError(f"verl's server aborted request {request.request_id}")
        return Generated(list(output.token_ids), output.log_probs)


def sampling_of(params: Mapping[str, Any]) -> Sampling:
    """Sampling as verl tells it to an agent loop; what tirkit does not know is passed on."""
    return Sampling(
        temperature=float(params.get("temperature", 1.0)),
        top_p=float(params.get("top_p", 1.0)),
        top_k=max(int(params.get("top_k") or 0), 0),
        min_p=float(params.get("min_p") or 0.0),
        repetition_penalty=float(params.get("repetition_penalty", 1.0)),
        logprobs=0 if params.get("logprobs") else None,
        extra={name: value for name, value in params.items() if name not in _OWN_FIELDS},
    )


def _params(request: GenerateRequest) -> dict[str, Any]:
    """What verl's servers take; no seed, which not every one of them does."""
    sampling = request.sampling
    params: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k or -1,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
        "logprobs": sampling.logprobs is not None,
        "max_tokens": request.max_tokens,
        **sampling.extra,
    }
    if request.stop_token_ids:
        params["stop_token_ids"] = list(request.stop_token_ids)
    return params
