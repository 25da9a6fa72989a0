"""Arguments of `verify-proof` and of the commands about heads and witnesses."""

import argparse
from collections.abc import Callable
from pathlib import Path

Add = Callable[..., argparse.ArgumentParser]
"""`add(name, *parents)`: a subcommand with its help."""
Text = Callable[[str], str]


def add_proofs(add: Add, text: Text, *, json: argparse.ArgumentParser) -> None:
    """Every subcommand of this room."""
    proof = add("verify-proof", json)
    proof.add_argument("file", type=Path, metavar="FILE")
    proof.add_argument("--public-key", metavar="KEY|FILE", help=text("option.public_key"))
    proof.add_argument("--head", action="append", type=Path, metavar="FILE", help=text("option.outside_head"))
    proof.add_argument("--witness-key", action="append", metavar="KEY|FILE", help=text("option.witness_key"))
    proof.add_argument("--attachment", action="append", type=Path, metavar="FILE", help=text("option.attachment"))
