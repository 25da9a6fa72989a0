"""The arguments of `events`, `search` and `timeline`."""

import argparse
from typing import TYPE_CHECKING

from daemon.api.wire import Direction, Trace

if TYPE_CHECKING:
    from .parser import Builder, Parser

KINDS = (
    "message", "call", "contact", "absence", "notification", "recording",
    "sms", "mms", "call_log", "contacts", "notifications", "recordings", "call_state", "imported",
)  # fmt: skip
MOST_AROUND = 5_000


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Three subcommands that show events."""
    events, search = builder.add(commands, "events"), builder.add(commands, "search")
    builder.argument(search, "text", nargs="+")
    for parser in (events, search):
        builder.option(parser, "--device", "devices", dest="devices", action="append", metavar="SERIAL")
        builder.option(parser, "--employee", "of_employee", dest="employee", metavar="NAME")
        builder.option(parser, "--kind", "kind", choices=KINDS, metavar="KIND", listed=KINDS)
        directions = tuple(one.value for one in Direction)
        builder.option(parser, "--direction", "direction", choices=directions, metavar="WAY", listed=directions)
        builder.option(parser, "--since", "since", metavar="TIME")
        builder.option(parser, "--until", "until", metavar="TIME")
        builder.option(parser, "--peer", "peer", metavar="NUMBER")
        builder.option(parser, "--person", "person", metavar="PSEUDONYM")
        builder.option(parser, "--conversation", "conversation", metavar="TOKEN")
        builder.option(parser, "--attachments", "has_attachments", dest="has_attachments", action="store_true")
        traces = tuple(one.value for one in Trace)
        builder.option(parser, "--trace", "trace", choices=traces, metavar="TRACE", listed=traces)
        builder.option(parser, "--alerts", "has_alerts", dest="has_alerts", action="store_true")
        builder.option(parser, "--limit", "limit", type=_count, metavar="N")
        _reveal(builder, parser)
    builder.option(events, "--id", "event_id", dest="event_ids", action="append", metavar="EVENT_ID")
    _timeline(builder, builder.add(commands, "timeline"))


def _timeline(builder: "Builder", parser: "Parser") -> None:
    parser.add_argument("event_id", nargs="?", metavar="EVENT_ID", help=builder.text("argument.timeline_event"))
    builder.option(parser, "--peer", "timeline_peer", dest="peer", metavar="NUMBER|NAME")
    builder.option(parser, "--conversation", "conversation", metavar="TOKEN")
    builder.option(parser, "--employee", "of_employee", dest="employee", metavar="NAME")
    builder.option(parser, "--device", "device", metavar="SERIAL")
    builder.option(parser, "--at", "at", metavar="TIME")
    builder.option(parser, "--before", "before", type=_around, metavar="N")
    builder.option(parser, "--after", "after", type=_around, metavar="N")
    _reveal(builder, parser)


def _reveal(builder: "Builder", parser: "Parser") -> None:
    builder.option(parser, "--reveal", "reveal", action="store_true")
    builder.option(parser, "--reason", "reveal_reason", metavar="TEXT")


def _count(text: str) -> int:
    return _whole(text, 1, 10_000_000)


def _around(text: str) -> int:
    return _whole(text, 0, MOST_AROUND)


def _whole(text: str, low: int, high: int) -> int:
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(text) from None
    if not low <= number <= high:
        raise argparse.ArgumentTypeError(f"{text} ({low} … {high})")
    return number
