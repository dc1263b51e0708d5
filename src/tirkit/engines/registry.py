"""Engines by the names the command line and the settings use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tirkit.engines.interface import Engine
from tirkit.engines.models import NANO, nano_directory
from tirkit.errors import ConfigError, MissingExtra

FORMS = (
    "vllm:MODEL",
    "openai:URL[#model]",
    "local[:PATH.gguf|smollm2]",
    "chat:URL[#model]",
    "replay:FILE",
)
"""How engines are named."""


def engine_from_name(name: str, **options: Any) -> Engine:  # noqa: ANN401 - whatever the class takes
    """The engine a name stands for, not yet entered.

    Args:
        name: one of `FORMS`.
        options: keyword arguments of the engine's class.

    Raises:
        ConfigError: an unknown name, or an option the engine does not have.
        MissingExtra: what the engine needs is not installed.
    """
    kind, _, rest = name.partition(":")
    make = _MAKERS.get(kind)
    if make is None or (not rest and kind != "local"):
        raise ConfigError(f"unknown engine {name!r}: use {', '.join(FORMS)}")
    try:
        return make(rest, options)
    except TypeError as error:
        raise ConfigError(f"engine {name!r} does not take these options: {error}") from error


def _vllm(rest: str, options: dict[str, Any]) -> Engine:
    from tirkit.engines.vllm import VllmEngine  # noqa: PLC0415 - an extra

    return VllmEngine(str(nano_directory()) if rest == NANO else rest, **options)


def _openai(rest: str, options: dict[str, Any]) -> Engine:
    from tirkit.engines.openai_http import OpenAIEngine  # noqa: PLC0415 - an extra

    url, options = _with_model(rest, options)
    return OpenAIEngine(url, **options)


def _chat(rest: str, options: dict[str, Any]) -> Engine:
    from tirkit.engines.openai_chat import OpenAIChatEngine  # noqa: PLC0415 - an extra

    url, options = _with_model(rest, options)
    return OpenAIChatEngine(url, **options)


def _with_model(rest: str, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    url, mark, model = rest.partition("#")
    return url, options | {"model": model} if mark else options


def _local(rest: str, options: dict[str, Any]) -> Engine:
    try:
        from tirkit.engines.local import LocalEngine  # noqa: PLC0415 - an extra
    except MissingExtra as missing:  # the HTTP client's; the extra `local` brings it too
        raise MissingExtra(missing.package, "local") from missing
    return LocalEngine(rest or NANO, **options)


def _replay(rest: str, options: dict[str, Any]) -> Engine:
    from tirkit.engines.replay import ReplayEngine  # noqa: PLC0415 - only if used

    return ReplayEngine.from_file(Path(rest).expanduser(), **options)


_MAKERS: dict[str, Callable[[str, dict[str, Any]], Engine]] = {
    "vllm": _vllm,
    "openai": _openai,
    "chat": _chat,
    "local": _local,
    "replay": _replay,
}
