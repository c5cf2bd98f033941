"""The database of records: SQLite or PostgreSQL by one code path, filled from the record files."""
