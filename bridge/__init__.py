"""The handoff bridge: logic, adapters, web, command line."""

__version__ = "0.1.0"
