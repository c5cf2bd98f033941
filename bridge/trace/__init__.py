"""One call drawn from what the bridge wrote down of it."""
