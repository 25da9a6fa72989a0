"""Modal dialogs: reasons, confirmation of commands, details and help."""
