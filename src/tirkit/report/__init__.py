"""A run as one page, as Markdown, as CSV and as JSON."""

from tirkit.report.build import RunReport
from tirkit.report.csv_text import attempts_csv, problems_csv
from tirkit.report.html_file import MOST_MB, write_html
from tirkit.report.json_text import json_pieces
from tirkit.report.markdown import markdown

__all__ = (
    "MOST_MB",
    "RunReport",
    "attempts_csv",
    "json_pieces",
    "markdown",
    "problems_csv",
    "write_html",
)
