"""Inverse text normalization: spoken numbers and spelled letters in the form people write them. Pure."""
