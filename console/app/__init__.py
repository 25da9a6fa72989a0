"""The Textual app: a live view of one shop, a client of daemon.api and of nothing else."""
