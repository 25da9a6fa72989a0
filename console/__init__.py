"""What a person uses: the Textual app and the command line, both clients of daemon.api."""
