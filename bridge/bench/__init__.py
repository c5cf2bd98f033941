"""Measurements: what the product does on this machine, printed by a command."""
