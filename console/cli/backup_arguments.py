"""The arguments of `backup`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """`backup DIR`, `backup drill DIR`, `backup list DIR`, `backup history`."""
    backup = builder.add(commands, "backup")
    backup.add_argument("words", nargs="+", metavar="DIR", help=builder.text("argument.backup_words"))
    backup.usage = "%(prog)s (DIR | drill DIR | list DIR | history) [OPTIONS]"
    builder.option(backup, "--keep", "backup_keep", dest="keep", type=_number, metavar="N")
    builder.option(backup, "--existing", "backup_existing", dest="existing", action="store_true")
    builder.option(backup, "--recheck", "backup_recheck", dest="recheck", action="store_true")
    builder.option(backup, "--snapshot", "backup_snapshot", dest="snapshot", type=_number, metavar="N")
    builder.option(backup, "--limit", "limit_1000", type=_number, metavar="N")
    builder.option(backup, "--key-file", "key_file", metavar="PATH")
    builder.option(backup, "--passphrase-fd", "passphrase_fd", metavar="N")
    builder.option(backup, "--credential", "credential", metavar="NAME")
    builder.option(backup, "--config", "config", metavar="FILE")


def _number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 2**31:
        raise argparse.ArgumentTypeError(f"{text} (>= 1)")
    return number
