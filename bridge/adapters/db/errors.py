"""What can be wrong with the database, told apart by what helps."""


class DatabaseError(Exception):
    """The message names cause and cure."""

    code = "db_failed"


class DatabaseAway(DatabaseError):
    """Not reached, locked, full or too slow: later it may well go."""

    code = "db_away"


class DatabaseRefused(DatabaseError):
    """It will never take this record."""

    code = "db_refused"


class DatabaseNewer(DatabaseError):
    """A newer program has changed the tables."""

    code = "db_newer"


class DatabaseAddress(DatabaseError):
    """The URL cannot be used."""

    code = "db_url"
