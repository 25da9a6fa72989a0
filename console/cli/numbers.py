"""Numbers on the command line, within bounds."""

import argparse


def bounded(text: str, low: float, high: float) -> float:
    """A number from `low` to `high`; the complaint names both."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(text) from None
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text} ({low:.15g} … {high:.15g})")
    return number


def count(text: str) -> int:
    """How many of something."""
    return int(bounded(text, 1, 10_000_000))


def page(text: str) -> int:
    """How many at once."""
    return int(bounded(text, 1, 1000))


def index(text: str) -> int:
    """A place in the ledger."""
    return int(bounded(text, 0, 2**53))


def seconds(text: str) -> float:
    """At most a day."""
    return bounded(text, 0, 86_400)
