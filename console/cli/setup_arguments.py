"""The arguments of `setup`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("setup", ""): "setup:set_up"}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """The guided first setup, and its twin without questions."""
    setup = builder.add(commands, "setup")
    builder.option(setup, "--yes", "setup_yes", dest="yes", action="store_true")
    builder.option(setup, "--store-name", "setup_store_name", dest="store_name", metavar="NAME")
    builder.option(setup, "--timezone", "setup_timezone", dest="timezone", metavar="ZONE")
    builder.option(setup, "--notice-title", "setup_notice_title", dest="notice_title", metavar="TEXT")
    builder.option(setup, "--notice-file", "setup_notice_file", dest="notice_file", metavar="FILE")
    builder.option(setup, "--passphrase-fd", "setup_passphrase_fd", dest="passphrase_fd", type=int, metavar="N")
    builder.option(setup, "--key-file", "setup_key_file", dest="key_file", metavar="PATH")
    builder.option(setup, "--credential", "setup_credential", dest="credential", metavar="NAME")
    builder.option(setup, "--no-start", "setup_no_start", dest="no_start", action="store_true")
    builder.option(setup, "--ascii", "setup_ascii", dest="ascii", action="store_true")
