"""Rows for training from recorded runs: filtered, counted, and there whole or not at all."""

from tirkit.export.counts import ExportCounts
from tirkit.export.drawing import Drawing
from tirkit.export.export import ExportSettings, dataset_info, export_runs
from tirkit.export.forms import Column, Form, columns_of, schema
from tirkit.export.nearness import Benchmarks, NearTexts, Overlap
from tirkit.export.pairing import LeastSimilar, LongestOther, Pair, ShorterRight
from tirkit.export.presets import DEFAULTS, PRESETS, Preset, presets_for
from tirkit.export.source import Reader
from tirkit.export.tried import ProblemGroup, Tried
from tirkit.export.writers import FileKind

__all__ = (
    "DEFAULTS",
    "PRESETS",
    "Benchmarks",
    "Column",
    "Drawing",
    "ExportCounts",
    "ExportSettings",
    "FileKind",
    "Form",
    "LeastSimilar",
    "LongestOther",
    "NearTexts",
    "Overlap",
    "Pair",
    "Preset",
    "ProblemGroup",
    "Reader",
    "ShorterRight",
    "Tried",
    "columns_of",
    "dataset_info",
    "export_runs",
    "presets_for",
    "schema",
)
