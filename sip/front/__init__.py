"""The trunk port: admission of calls, forwarding to the SIP workers, and the last word for dead ones."""
