"""`handoff knowledge`: what stands behind its verbs."""
