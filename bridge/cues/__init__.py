"""The cue detectors put together, and what trains and measures them."""
