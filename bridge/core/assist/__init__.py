"""Pure: what to show the connected agent, from what both say."""
