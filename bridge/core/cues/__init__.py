"""Detectors of cues: what somebody says, and what it is a sign of. Pure."""
