"""Redaction from outside a call: the command, and the key of the vault."""
