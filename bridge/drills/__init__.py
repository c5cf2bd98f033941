"""Drills: an escalation rings a trainee, whisper and page included, and what he does is scored."""
