"""Arguments of `verify-bundle`."""

import argparse
from collections.abc import Callable
from pathlib import Path

Add = Callable[..., argparse.ArgumentParser]
"""`add(name, *parents)`: a subcommand with its help."""
Text = Callable[[str], str]


def add_bundles(add: Add, text: Text, *, json: argparse.ArgumentParser) -> None:
    """The one subcommand."""
    bundle = add("verify-bundle", json)
    bundle.add_argument("file", type=Path, metavar="FILE")
    bundle.add_argument("--key", metavar="FINGERPRINT", help=text("option.bundle_key"))
