"""The corpus of the speech benches: clips of telephone speech with their words, built on this machine."""
