"""One task group a conversation: runs the effects the rules ask for."""
