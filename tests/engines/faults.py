"""What can go wrong on the way to a server, as answers of the fault server."""

import json
from collections.abc import Mapping
from typing import Any

import anyio
import anyio.lowlevel
from aiohttp import web

from tests.engines.fault_server import Fault, FaultServer, open_stream, send


def status(code: int, body: str = "busy", headers: Mapping[str, str] | None = None) -> Fault:
    """An answer that is not a success."""

    async def fault(
        server: FaultServer, request: web.Request, asked: dict[str, Any]
    ) -> web.Response:
        return web.Response(status=code, text=body, headers=headers)

    return fault


async def reset(
    server: FaultServer, request: web.Request, asked: dict[str, Any]
) -> web.StreamResponse:
    """The connection breaks before any answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def cut(after_events: int, *, politely: bool = False, done: bool = False) -> Fault:
    """The stream ends too early: the connection breaks, or the server closes it politely."""

    async def fault(
        server: FaultServer, request: web.Request, asked: dict[str, Any]
    ) -> web.StreamResponse:
        response = await open_stream(request)
        for event in server.events(asked)[:after_events]:
            await send(response, event)
        if done:
            await response.write(b"data: [DONE]\n\n")
        await anyio.sleep(0.01)
        if not politely:
            assert request.transport is not None
            request.transport.abort()
        return response

    return fault


def raw(*blocks: bytes, finish: bool = False) -> Fault:
    """These bytes, each on its own, and then, if so, everything a proper answer has."""

    async def fault(
        server: FaultServer, request: web.Request, asked: dict[str, Any]
    ) -> web.StreamResponse:
        response = await open_stream(request)
        for block in blocks:
            await response.write(block)
            await anyio.lowlevel.checkpoint()
        if finish:
            for event in server.events(asked):
                await send(response, event)
        return response

    return fault


def split(size: int) -> Fault:
    """A proper answer, a few bytes at a time, with carriage returns and comments."""

    async def fault(
        server: FaultServer, request: web.Request, asked: dict[str, Any]
    ) -> web.StreamResponse:
        response = await open_stream(request)
        events = [json.dumps(one, ensure_ascii=False) for one in server.events(asked)]
        stream = "".join(
            f": ping\r\n\r\ndata: {one}\r\n\r\n" for one in [*events, "[DONE]"]
        ).encode()
        for start in range(0, len(stream), size):
            await response.write(stream[start : start + size])
        return response

    return fault


def hang(after_events: int) -> Fault:
    """The stream falls silent."""

    async def fault(
        server: FaultServer, request: web.Request, asked: dict[str, Any]
    ) -> web.StreamResponse:
        response = await open_stream(request)
        for event in server.events(asked)[:after_events]:
            await send(response, event)
        await anyio.sleep_forever()
        return response

    return fault


async def overrun(
    server: FaultServer, request: web.Request, asked: dict[str, Any]
) -> web.StreamResponse:
    """More tokens than were asked for."""
    response = await open_stream(request)
    for event in server.events(asked | {"max_tokens": 1000, "scripted_text": "a" * 600}):
        await send(response, event)
    return response


async def plain(
    server: FaultServer, request: web.Request, asked: dict[str, Any]
) -> web.StreamResponse:
    """A page in place of a stream."""
    return web.Response(text="<html>login</html>", content_type="text/html")


async def moved(
    server: FaultServer, request: web.Request, asked: dict[str, Any]
) -> web.StreamResponse:
    """A redirect to somewhere else."""
    raise web.HTTPTemporaryRedirect("http://127.0.0.1:1/elsewhere")
