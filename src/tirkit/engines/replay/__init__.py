"""Plays recorded streams, with delays and faults: an engine without a model."""

from tirkit.engines.replay.engine import ReplayEngine
from tirkit.engines.replay.recording import (
    Fault,
    FaultKind,
    Piece,
    Recording,
    RequestPlace,
    Script,
    read_script,
)

__all__ = (
    "Fault",
    "FaultKind",
    "Piece",
    "Recording",
    "ReplayEngine",
    "RequestPlace",
    "Script",
    "read_script",
)
