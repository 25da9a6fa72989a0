"""The arguments of `retention`, `holds` and `deletions`."""

import argparse
from typing import TYPE_CHECKING

from daemon.api.retention import RetentionClass

if TYPE_CHECKING:
    from .parser import Builder, Parser


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Three subcommands about keeping and deleting."""
    actions = builder.actions(builder.add(commands, "retention"), "retention")
    builder.action(actions, "retention", "show")
    run = builder.action(actions, "retention", "run")
    builder.option(run, "--reason", "reason", required=True, metavar="TEXT")
    builder.option(run, "--check", "retention_check", dest="check", action="store_true")
    builder.option(run, "--yes", "yes", action="store_true")
    clock = builder.action(actions, "retention", "confirm-clock")
    builder.option(clock, "--reason", "reason", required=True, metavar="TEXT")
    _holds(builder, builder.actions(builder.add(commands, "holds"), "holds"))
    deletions = builder.add(commands, "deletions")
    for parser in (deletions, builder.action(builder.actions(deletions, "deletions"), "deletions", "list")):
        builder.option(parser, "--limit", "limit_1000", dest="limit", type=int, metavar="N")


def _holds(builder: "Builder", actions: "argparse._SubParsersAction[Parser]") -> None:
    builder.action(actions, "holds", "list")
    place = builder.action(actions, "holds", "add")
    builder.option(place, "--reason", "reason", required=True, metavar="TEXT")
    builder.option(place, "--until", "hold_until", dest="until", required=True, metavar="DATE")
    builder.option(place, "--device", "device", metavar="SERIAL")
    builder.option(place, "--employee", "of_employee", dest="employee", metavar="NAME")
    builder.option(place, "--peer", "hold_peer", dest="peer", metavar="NUMBER")
    builder.option(place, "--conversation", "conversation", metavar="TOKEN")
    classes = tuple(one.value for one in RetentionClass)
    builder.option(place, "--class", "hold_class", dest="data_class", choices=classes, metavar="CLASS", listed=classes)
    builder.option(place, "--from", "hold_from", dest="received_from", metavar="TIME")
    builder.option(place, "--to", "hold_to", dest="received_to", metavar="TIME")
    builder.option(place, "--everything", "hold_everything", dest="everything", action="store_true")
    end = builder.action(actions, "holds", "end")
    end.add_argument("hold_id", metavar="HOLD_ID", help=builder.text("argument.hold_id"))
    builder.option(end, "--reason", "reason", required=True, metavar="TEXT")
