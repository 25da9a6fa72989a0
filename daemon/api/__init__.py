"""The daemon's contract with its clients: wire types, error codes, exit codes, texts and the client itself."""
