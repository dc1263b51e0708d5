"""Finds and reads prompt files."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from tirkit.errors import ConfigError
from tirkit.prompts.template import PromptTemplate

_SUFFIX = ".toml"
_MAX_BYTES = 1_000_000
"""No prompt is this long; a larger file was named by mistake."""


_Model = TypeVar("_Model", bound=BaseModel)


def prompt_names() -> tuple[str, ...]:
    """Names of the prompts that come with tirkit."""
    shipped = (entry.name for entry in files("tirkit.prompts").iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in shipped if name.endswith(_SUFFIX)))


def load_prompt(name_or_path: str | Path) -> PromptTemplate:
    """Load a shipped prompt by its name, or any prompt from a TOML file.

    A text that ends in `.toml` or holds a path separator is a file; anything else is a name.

    Raises:
        ConfigError: no such prompt, or the file cannot be read, or it is not a valid prompt; the
            message names the file and the field.
    """
    if isinstance(name_or_path, Path) or name_or_path.endswith(_SUFFIX) or "/" in name_or_path:
        return parse_prompt(read_bytes(Path(name_or_path)), str(name_or_path))
    known = prompt_names()
    if name_or_path not in known:
        raise ConfigError(
            f"unknown prompt {name_or_path!r}: use one of {', '.join(known)}, or a path to a "
            f"{_SUFFIX} file"
        )
    shipped = files("tirkit.prompts").joinpath(name_or_path + _SUFFIX)
    return parse_prompt(shipped.read_bytes(), shipped.name)


def parse_prompt(data: bytes, origin: str) -> PromptTemplate:
    """Read a prompt from the bytes of a TOML file; `origin` names it in errors.

    Raises:
        ConfigError: it is not UTF-8, not TOML, or not a valid prompt.
    """
    return parse_toml(PromptTemplate, data, origin)


def parse_toml(kind: type[_Model], data: bytes, origin: str) -> _Model:
    """Read a model from the bytes of a TOML file; `origin` names it in errors.

    Raises:
        ConfigError: it is not UTF-8, not TOML, or not valid.
    """
    try:
        return kind.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = f"{where}: {first['msg']}" if where else first["msg"]
        raise ConfigError(f"prompt file {origin}: {problem}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"prompt file {origin} is not TOML in UTF-8: {error}") from error


def read_bytes(path: Path) -> bytes:
    """What a prompt file holds.

    Raises:
        ConfigError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"prompt file {path} cannot be read: {error.strerror}") from error
    if len(data) > _MAX_BYTES:
        raise ConfigError(f"prompt file {path} is larger than {_MAX_BYTES} bytes")
    return data
