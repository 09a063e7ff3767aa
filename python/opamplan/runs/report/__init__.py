"""The report of a run: its data, and three ways to write them."""

from opamplan.runs.report.data import report_data
from opamplan.runs.report.html import html_report
from opamplan.runs.report.text import json_report, markdown_report

__all__ = ["html_report", "json_report", "markdown_report", "report_data"]
