"""What handoffs are worth: simulated conversations, and the report of what was measured."""
