"""Arguments of `verify-proof` and of the commands about heads and witnesses."""

import argparse
from collections.abc import Callable
from pathlib import Path

Add = Callable[..., argparse.ArgumentParser]
"""`add(name, *parents)`: a subcommand with its help."""
Text = Callable[[str], str]


def add_proofs(
    add: Add,
    text: Text,
    *,
    where: argparse.ArgumentParser,
    key: argparse.ArgumentParser,
    json: argparse.ArgumentParser,
) -> None:
    """Every subcommand of this room."""
    proof = add("verify-proof", json)
    proof.add_argument("file", type=Path, metavar="FILE")
    proof.add_argument("--public-key", metavar="KEY|FILE", help=text("option.public_key"))
    proof.add_argument("--head", action="append", metavar="FILE|DIGITS", help=text("option.outside_head"))
    proof.add_argument("--witness-key", action="append", metavar="KEY|FILE", help=text("option.witness_key"))
    proof.add_argument("--attachment", action="append", type=Path, metavar="FILE", help=text("option.attachment"))
    acknowledgement = add("verify-ack", json)
    acknowledgement.add_argument("file", type=Path, metavar="FILE")
    acknowledgement.add_argument("--public-key", metavar="KEY|FILE", help=text("option.public_key"))
    actions = add("heads").add_subparsers(dest="action", metavar="ACTION", required=True)
    said = text("command.heads_check")
    check = actions.add_parser("check", help=said, description=said, parents=[where, key, json])
    check.add_argument("--lang", choices=("en", "zh"), default=argparse.SUPPRESS, help=text("option.lang"))
    check.add_argument("files", nargs="*", type=Path, metavar="FILE")
    check.add_argument("--text", metavar="TEXT", help=text("option.typed_head"))
    said = text("command.heads_rebuild")
    rebuild = actions.add_parser("rebuild", help=said, description=said, parents=[where, key])
    rebuild.add_argument("--lang", choices=("en", "zh"), default=argparse.SUPPRESS, help=text("option.lang"))
    _add_cosign(add("cosign"), text, json)


def _add_cosign(cosign: argparse.ArgumentParser, text: Text, json: argparse.ArgumentParser) -> None:
    actions = cosign.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str) -> argparse.ArgumentParser:
        said = text(f"command.cosign_{name}")
        parser = actions.add_parser(name, help=said, description=said, parents=[json])
        parser.add_argument("--lang", choices=("en", "zh"), default=argparse.SUPPRESS, help=text("option.lang"))
        parser.add_argument("--witness-dir", type=Path, required=True, metavar="DIR", help=text("option.witness_dir"))
        return parser

    action("init").add_argument("--name", required=True, metavar="NAME", help=text("option.witness_name"))
    action("trust").add_argument("public_key", metavar="KEY|FILE")
    sign, last = action("sign"), action("last")
    sign.add_argument("request", type=Path, metavar="REQUEST")
    last.add_argument("ledger", metavar="LEDGER")
    for parser in (sign, last):
        parser.add_argument("--output", type=Path, metavar="FILE", help=text("option.output"))
    action("list")
