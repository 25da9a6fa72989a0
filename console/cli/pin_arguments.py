"""The arguments of `pin`. A PIN is never one of them: it would stand in the list of processes."""

import argparse
from typing import TYPE_CHECKING

from .numbers import seconds

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {
    ("pin", "list"): "pins:list_pins",
    ("pin", "show"): "pins:show",
    ("pin", "set"): "pins:give",
    ("pin", "record"): "pins:record",
    ("pin", "forget"): "pins:forget",
}
WAIT_S = 60.0


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """PINs that the shop holds."""
    pin = builder.add(commands, "pin")
    actions = builder.actions(pin, "pin")
    for parser in (pin, builder.action(actions, "pin", "list")):
        builder.option(parser, "--device", "device", metavar="SERIAL")
    for name in ("show", "set", "record", "forget"):
        parser = builder.action(actions, "pin", name)
        builder.argument(parser, "serial")
        builder.option(parser, "--reason", "reason", required=True, metavar="TEXT")
        if name == "set":
            builder.option(parser, "--type", "pin_type", dest="is_typed", action="store_true")
            builder.option(
                parser, "--wait", "pin_wait", nargs="?", type=seconds, const=WAIT_S, metavar="SECONDS",
                listed=(f"{WAIT_S:g}",),
            )  # fmt: skip
        if name == "forget":
            builder.option(parser, "--yes", "yes", action="store_true")
