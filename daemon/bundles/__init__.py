"""Signed bundles that people without our software can read and check: the writer, and a checker of our own."""
