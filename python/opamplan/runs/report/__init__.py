"""The report of a run: its data, and three ways to write them."""

from opamplan.runs.report.data import report_data
from opamplan.runs.report.html import html_report
from opamplan.runs.report.log_files import LogFiles, add_log_files
from opamplan.runs.report.matrix import (
    environment_names,
    matrix_data,
    matrix_html,
    matrix_markdown,
)
from opamplan.runs.report.text import json_report, markdown_report

__all__ = [
    "LogFiles",
    "add_log_files",
    "environment_names",
    "html_report",
    "json_report",
    "markdown_report",
    "matrix_data",
    "matrix_html",
    "matrix_markdown",
    "report_data",
]
