"""Rules: what a file may say, read and checked."""
