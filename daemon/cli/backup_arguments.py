"""The arguments of `shopwardend backup`, `backup-list`, `backup-drill` and `restore`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class Add(Protocol):
    """Adds a subcommand."""

    def __call__(self, name: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser: ...


def add_backups(
    add: Add,
    text: Callable[[str], str],
    *,
    where: argparse.ArgumentParser,
    key: argparse.ArgumentParser,
    json: argparse.ArgumentParser,
    descriptor: Callable[[str], int],
) -> None:
    """All of them."""
    recovery = argparse.ArgumentParser(add_help=False)
    recovery.add_argument("--shares-fd", type=descriptor, metavar="N", help=text("keys.option.shares_fd"))
    recovery.add_argument(
        "--share",
        dest="files",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help=text("backup.option.share"),
    )
    recovery.add_argument("--ask-shares", action="store_true", help=text("backup.option.ask_shares"))
    recovery.add_argument("--escrow", type=Path, metavar="FILE", help=text("keys.option.escrow_private"))
    recovery.add_argument(
        "--escrow-passphrase-fd", type=descriptor, metavar="N", help=text("keys.option.escrow_passphrase_fd")
    )
    backup = add("backup", where, key, json)
    backup.add_argument("folder", type=Path, metavar="DIR", help=text("backup.option.folder"))
    backup.add_argument("--keep", type=_count, metavar="N", help=text("backup.option.keep"))
    backup.add_argument("--existing", action="store_true", help=text("backup.option.existing"))
    backup.add_argument("--recheck", action="store_true", help=text("backup.option.recheck"))
    listing = add("backup-list", json)
    listing.add_argument("folder", type=Path, metavar="DIR", help=text("backup.option.folder"))
    drill = add("backup-drill", where, key, recovery, json)
    drill.add_argument("folder", type=Path, metavar="DIR", help=text("backup.option.folder"))
    drill.add_argument("--snapshot", type=_count, metavar="N", help=text("backup.option.snapshot"))
    drill.add_argument("--temporary", type=Path, metavar="DIR", help=text("backup.option.temporary"))
    restore = add("restore", where, key, recovery, json)
    restore.add_argument("folder", type=Path, metavar="DIR", help=text("backup.option.folder"))
    restore.add_argument("--snapshot", type=_count, metavar="N", help=text("backup.option.snapshot"))
    restore.add_argument(
        "--heads", type=Path, action="append", default=[], metavar="FILE", help=text("backup.option.heads")
    )


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 2**31:
        raise argparse.ArgumentTypeError(">= 1")
    return number
