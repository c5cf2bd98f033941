"""From what people did in calls back to the bot's side: proposals to be reviewed, never changes."""
