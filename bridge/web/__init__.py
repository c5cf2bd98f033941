"""HTTP: state from the bot, screen pop, records."""
