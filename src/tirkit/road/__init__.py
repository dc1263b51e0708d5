"""The road from raw posts and pages to problems with answers, and to trajectories."""

from tirkit.road.folder import StageCounts
from tirkit.road.html_text import text_of_html
from tirkit.road.load import load_road
from tirkit.road.road import STAGES, make_stages, run_road
from tirkit.road.rows import Document, Draft, Dropped, Kind, Outcome
from tirkit.road.settings import (
    AgreeSettings,
    AskSettings,
    DocumentSettings,
    QualitySettings,
    RoadSettings,
    TrajectorySettings,
    UniqueSettings,
)
from tirkit.road.stage import Desk, Stage

__all__ = (
    "STAGES",
    "AgreeSettings",
    "AskSettings",
    "Desk",
    "Document",
    "DocumentSettings",
    "Draft",
    "Dropped",
    "Kind",
    "Outcome",
    "QualitySettings",
    "RoadSettings",
    "Stage",
    "StageCounts",
    "TrajectorySettings",
    "UniqueSettings",
    "load_road",
    "make_stages",
    "run_road",
    "text_of_html",
)
