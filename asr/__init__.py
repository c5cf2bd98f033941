"""Speech recognition: VAD, endpointing, recognizers, worker. Imports nothing of `sip` or `bridge`."""
