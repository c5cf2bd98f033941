"""The demo: whole handoffs between separate processes on loopback, judged by what was heard."""
