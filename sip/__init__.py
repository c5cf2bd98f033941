"""Telephony: legs, mixer, transfer. Imports nothing of `asr` or `bridge`."""
