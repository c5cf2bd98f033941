"""Signs that a human is needed, heard turn by turn. Pure: times come from outside."""
