"""Passages of a deployment's own handbooks: read, kept in one SQLite file, and searched."""
