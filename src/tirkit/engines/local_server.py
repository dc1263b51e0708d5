"""The child process of `LocalEngine`: llama.cpp behind a loopback port.

Run as a script by its path, so it imports nothing of tirkit. It reads one line of JSON from its
standard input (`LocalEngine` writes it), answers with one line of JSON and then serves until its
standard input closes, which also happens when the parent dies in any way.
"""

import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xllamacpp import Server

HTTP_THREADS_BESIDE_STREAMS = 16
"""llama.cpp gives every connection a thread; these are for calls beside the streams."""

PROMPT_CACHE_MEBIBYTES = 512


def serve(settings: dict[str, Any]) -> "Server":
    """Start the server and give the object that keeps it alive."""
    from xllamacpp import CommonParams, Server  # noqa: PLC0415 - loaded after the reply pipe is safe

    params = CommonParams()
    params.model.path = settings["path"]
    params.model_alias = settings["alias"]
    params.api_keys = [settings["api_key"]]
    params.n_parallel = settings["parallel"]
    params.n_ctx = settings["context_tokens"] * settings["parallel"]
    params.kv_unified = False
    params.n_threads_http = 2 * settings["parallel"] + HTTP_THREADS_BESIDE_STREAMS
    params.port = 0
    params.verbosity = settings["verbosity"]
    params.endpoint_metrics = True
    params.ui = False
    params.fit_params = False
    params.cache_ram_mib = PROMPT_CACHE_MEBIBYTES
    params.cpuparams.n_threads = settings["threads"]
    params.cpuparams_batch.n_threads = settings["threads"]
    if settings["gpu_layers"] is not None:
        params.n_gpu_layers = settings["gpu_layers"]
    return Server(params)


def main() -> None:
    """Answer the parent and wait for it to leave."""
    settings = json.loads(sys.stdin.readline())
    reply = os.dup(1)
    os.dup2(2, 1)  # what llama.cpp prints must not mix with the reply
    try:
        server = serve(settings)
        answer = {"address": server.listening_address}
    except Exception as error:  # noqa: BLE001 - told to the parent
        answer = {"error": f"{type(error).__name__}: {error}"}
    os.write(reply, json.dumps(answer).encode() + b"\n")
    os.close(reply)
    if "address" in answer:
        sys.stdin.read()
    os._exit(0)  # the server's own end waits for its clients, up to half a minute


if __name__ == "__main__":
    main()
