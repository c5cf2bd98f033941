"""Customer databases: a CSV file, a SQLite database, any HTTP API."""
