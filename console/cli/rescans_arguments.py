"""The arguments of `rescan`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Looking through the archive with the rules in force."""
    actions = builder.actions(builder.add(commands, "rescan"), "rescan")
    builder.action(actions, "rescan", "list")
    start = builder.action(actions, "rescan", "start")
    builder.option(start, "--reason", "reason", required=True, metavar="TEXT")
    builder.option(start, "--since", "since", metavar="TIME")
    builder.option(start, "--until", "until", metavar="TIME")
    builder.option(start, "--device", "device", metavar="SERIAL")
    builder.option(start, "--source", "rescan_source", dest="source", metavar="SOURCE")
    builder.option(start, "--tell", "rescan_tell", dest="tell", action="store_true")
    builder.option(start, "--wait", "rescan_wait", dest="wait", action="store_true")
    show = builder.action(actions, "rescan", "show")
    show.add_argument("rescan_id", metavar="RESCAN_ID", help=builder.text("argument.rescan_id"))
    builder.option(show, "--wait", "rescan_wait", dest="wait", action="store_true")
    cancel = builder.action(actions, "rescan", "cancel")
    cancel.add_argument("rescan_id", metavar="RESCAN_ID", help=builder.text("argument.rescan_id"))
    builder.option(cancel, "--reason", "reason", required=True, metavar="TEXT")
