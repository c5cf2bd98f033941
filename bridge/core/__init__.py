"""Pure rules: no I/O, no clock, no randomness. Imports only `bridge.model`."""
