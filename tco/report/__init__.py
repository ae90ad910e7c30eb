"""Report: a scenario as a file to pass on."""

from tco.report.files import report_bytes, write_report

__all__ = ["report_bytes", "write_report"]
