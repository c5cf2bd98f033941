"""The customer database that the configuration names."""
