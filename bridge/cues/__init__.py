"""Cue detection from the command line: the same tracker and policy as live."""
