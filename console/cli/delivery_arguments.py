"""The arguments of `delivery`."""

import argparse
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {
    ("delivery", ""): "delivery:status",
    ("delivery", "status"): "delivery:status",
    ("delivery", "test"): "delivery:test",
    ("delivery", "mute"): "delivery:mute",
    ("delivery", "unmute"): "delivery:unmute",
    ("delivery", "stop"): "delivery:stop",
    ("delivery", "start"): "delivery:start",
    ("delivery", "dead"): "delivery:dead",
}
_TIME: Final = re.compile(r"(\d{1,5})\s*(m|min|h|d|分钟?|小时|天)?", re.IGNORECASE)
_MINUTES: Final = {"m": 1, "分": 1, "h": 60, "小": 60, "d": 1440, "天": 1440}
_MOST_MINUTES: Final = 43_200


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Alerts to people who are not at the console."""
    actions = builder.actions(builder.add(commands, "delivery"), "delivery")
    builder.action(actions, "delivery", "status")
    for name in ("test", "mute", "unmute"):
        parser = builder.action(actions, "delivery", name)
        builder.argument(parser, "channel")
        if name == "mute":
            builder.option(parser, "--for", "delivery_for", dest="minutes", type=minutes, required=True, metavar="TIME")
        builder.option(parser, "--reason", "reason", metavar="TEXT")
    for name in ("stop", "start"):
        builder.option(builder.action(actions, "delivery", name), "--reason", "reason", metavar="TEXT")
    dead = builder.action(actions, "delivery", "dead")
    dead.add_argument(
        "step", nargs="?", choices=("list", "retry", "drop"), metavar="list|retry|drop",
        help=builder.text("argument.delivery_step"),
    )  # fmt: skip
    dead.add_argument("message_id", nargs="?", metavar="MESSAGE_ID", help=builder.text("argument.delivery_message"))
    builder.option(dead, "--reason", "reason", metavar="TEXT")


def minutes(text: str) -> int:
    """`45m`, `2h`, `1d`, `2小时`; a number alone is minutes. At most 30 days."""
    match = _TIME.fullmatch(text.strip())
    count = 0 if match is None else int(match[1]) * _MINUTES[(match[2] or "m")[0].lower()]
    if not 1 <= count <= _MOST_MINUTES:
        raise argparse.ArgumentTypeError(f"{text} (1m … 30d)")
    return count
