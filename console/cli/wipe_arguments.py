"""The arguments of `wipe` and `wipes`."""

import argparse
from typing import TYPE_CHECKING, Final

from .numbers import seconds
from .request_keys import request_key

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {
    ("wipe", ""): "wipes:ask_for",
    ("wipes", "show"): "wipes:show",
}
WAIT_S: Final = 600.0
"""Another person has to agree, and the phone restarts."""


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Erasing a phone."""
    wipe = builder.add(commands, "wipe")
    builder.argument(wipe, "serial")
    builder.option(wipe, "--reason", "reason", metavar="TEXT")
    builder.option(wipe, "--name", "wipe_name", dest="typed_name", metavar="NAME")
    builder.option(wipe, "--without-last-read", "without_last_read", dest="is_unread", action="store_true")
    builder.option(wipe, "--check", "wipe_check", dest="is_check", action="store_true")
    builder.option(wipe, "--key", "idempotency_key", dest="key", type=request_key, metavar="KEY")
    builder.option(
        wipe, "--wait", "wipe_wait", dest="wait", nargs="?", type=seconds, const=WAIT_S, metavar="SECONDS",
        listed=(f"{WAIT_S:g}",),
    )  # fmt: skip
    actions = builder.actions(builder.add(commands, "wipes"), "wipes")
    actions.required = True
    builder.argument(builder.action(actions, "wipes", "show"), "command_id")
