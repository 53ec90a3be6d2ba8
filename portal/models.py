"""Rows of the tools: Django looks for them here."""

from portal.limits import FailureCount, RateWindow

__all__ = ["FailureCount", "RateWindow"]
