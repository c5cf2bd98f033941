"""What happens, posted to the servers that the configuration names: signed, kept on disk until taken."""
