"""The installed version."""

from importlib import metadata


def daemon_version() -> str:
    """Of the distribution; `0+unknown` in a tree that is not installed."""
    try:
        return metadata.version("shopwarden")
    except metadata.PackageNotFoundError:
        return "0+unknown"
