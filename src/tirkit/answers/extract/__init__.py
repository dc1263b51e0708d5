"""Find the answer in what a model wrote, and say where it stood or why there is none."""

from tirkit.answers.extract.boxes import MAX_CANDIDATES
from tirkit.answers.extract.every import extract_every
from tirkit.answers.extract.extraction import MAX_SHOWN_CHARS, Extraction, Refusal
from tirkit.answers.extract.find import extract
from tirkit.answers.extract.segments import (
    Segment,
    SegmentKind,
    final_segment,
    last_output,
    segments,
)
from tirkit.answers.extract.source import BOXES, Source, parse_sources

__all__ = (
    "BOXES",
    "MAX_CANDIDATES",
    "MAX_SHOWN_CHARS",
    "Extraction",
    "Refusal",
    "Segment",
    "SegmentKind",
    "Source",
    "extract",
    "extract_every",
    "final_segment",
    "last_output",
    "parse_sources",
    "segments",
)
