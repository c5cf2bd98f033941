"""Asterisk's manager interface, as far as presence needs it."""
