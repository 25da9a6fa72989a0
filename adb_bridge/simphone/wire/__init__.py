"""The device side of the ADB protocol over TCP: packets, authentication, TLS, streams and services."""
