"""The command line: a client of the daemon that scripts can depend on."""
