"""Records after the call: the database that the configuration names, and the commands about it."""
