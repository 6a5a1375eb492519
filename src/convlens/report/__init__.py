"""The report: one HTML file that shows how a run went, and needs nothing but itself.

What is shown is worked out here, one file a part (`learning.py`, `answers.py`, `filters.py`, `charts.py`), and set
into the page by `templates/`. The colours and what each of them means stand in `palette.css`.
"""

from convlens.report.page import render, write

__all__ = ["render", "write"]
