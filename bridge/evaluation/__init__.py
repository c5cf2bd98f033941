"""Scoring of the installed commands on labelled lines, over their JSON Lines contracts (DESIGN section 8)."""
