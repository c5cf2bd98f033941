"""Looks at this machine: each finding with its cure."""

from bridge.check import Finding, check_settings
from bridge.config import Settings


def examine(settings: Settings) -> list[Finding]:
    return check_settings(settings)
