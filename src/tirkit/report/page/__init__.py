"""The report's page: one HTML file that needs nothing but a browser."""

from tirkit.report.page.page import page_pieces, render_page, section_bytes

__all__ = ["page_pieces", "render_page", "section_bytes"]
