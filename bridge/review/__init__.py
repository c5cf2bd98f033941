"""Recalibration: a month's sample, what its labels say, and which conversations new rules would move."""
