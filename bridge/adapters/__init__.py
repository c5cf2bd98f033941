"""The outside world behind the Protocols of `bridge.ports`."""
