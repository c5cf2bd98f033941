"""`handoff brief` and what a deployment sets of its briefs."""
