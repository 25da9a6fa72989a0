"""The API client that the console, the command line and the demo use."""
