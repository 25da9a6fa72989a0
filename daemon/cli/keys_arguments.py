"""The arguments of `shopwardend keys`."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path


def add_keys_actions(
    keys: argparse.ArgumentParser,
    text: Callable[[str], str],
    *,
    common: argparse.ArgumentParser,
    where: argparse.ArgumentParser,
    key: argparse.ArgumentParser,
    json: argparse.ArgumentParser,
    descriptor: Callable[[str], int],
) -> None:
    """Every action under `keys`."""
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True)

    def add(name: str, parents: Sequence[argparse.ArgumentParser]) -> argparse.ArgumentParser:
        help_text = text(f"keys.command.{name.replace('-', '_')}")
        return actions.add_parser(name, help=help_text, description=help_text, parents=[common, *parents])

    def new_passphrase(action: argparse.ArgumentParser) -> None:
        action.add_argument(
            "--new-passphrase-fd", type=descriptor, metavar="N", help=text("keys.option.new_passphrase_fd")
        )

    for name in ("add-passphrase", "change-passphrase"):
        passphrase = add(name, (where, key, json))
        new_passphrase(passphrase)
        passphrase.add_argument("--name", metavar="NAME", help=text("keys.option.passphrase_name"))
    add("list", (where, json))
    file = add("add-key-file", (where, key, json))
    file.add_argument("path", type=Path, metavar="PATH", help=text("keys.option.path"))
    credential = add("add-credential", (where, key, json))
    credential.add_argument("name", metavar="NAME", help=text("keys.option.name"))
    credential.add_argument("--make", type=Path, metavar="FILE", help=text("keys.option.make"))
    credential.add_argument(
        "--with-key", choices=("auto", "tpm2", "host", "host+tpm2"), default="auto", help=text("keys.option.with_key")
    )
    shares = add("shares", (where, key, json))
    shares.add_argument("--threshold", type=_share_count, default=2, metavar="K", help=text("keys.option.threshold"))
    shares.add_argument("--count", type=_share_count, default=3, metavar="N", help=text("keys.option.count"))
    shares.add_argument("--output", type=Path, metavar="DIR", help=text("keys.option.output"))
    recover = add("recover", (where, json))
    recover.add_argument("files", type=Path, nargs="*", metavar="FILE", help=text("keys.option.share_files"))
    recover.add_argument("--shares-fd", type=descriptor, metavar="N", help=text("keys.option.shares_fd"))
    new_passphrase(recover)
    make = add("make-escrow", (json,))
    make.add_argument("file", type=Path, metavar="FILE", help=text("keys.option.escrow_file"))
    make.add_argument("--name", default="head office", metavar="NAME", help=text("keys.option.escrow_name"))
    new_passphrase(make)
    escrow = add("add-escrow", (where, key, json))
    escrow.add_argument("public", type=Path, metavar="PUBLIC", help=text("keys.option.escrow_public"))
    escrow.add_argument("--fingerprint", metavar="DIGITS", help=text("keys.option.fingerprint"))
    opened = add("open-escrow", (where, json))
    opened.add_argument("private", type=Path, metavar="PRIVATE", help=text("keys.option.escrow_private"))
    opened.add_argument(
        "--escrow-passphrase-fd", type=descriptor, metavar="N", help=text("keys.option.escrow_passphrase_fd")
    )
    new_passphrase(opened)
    remove = add("remove", (where, json))
    remove.add_argument("slot", metavar="SLOT", help=text("keys.option.slot"))
    remove.add_argument("--yes", action="store_true", help=text("keys.option.yes"))
    add("rotate", (where, key, json))


def _share_count(text: str) -> int:
    number = int(text)
    if not 2 <= number <= 16:
        raise argparse.ArgumentTypeError("2-16")
    return number
