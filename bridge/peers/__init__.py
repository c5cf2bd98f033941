"""Real peers on loopback, for the demo and the tests: what they need is fetched, nothing is installed."""
