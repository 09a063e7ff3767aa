"""The report of a run: its data, and three ways to write them."""

from opamplan.build.report.data import report_data
from opamplan.build.report.html import html_report
from opamplan.build.report.text import json_report, markdown_report

__all__ = ["html_report", "json_report", "markdown_report", "report_data"]
