"""The arguments of `export`."""

import argparse
from typing import TYPE_CHECKING

from daemon.api.exports import ExportState
from daemon.api.wire import EventKind

if TYPE_CHECKING:
    from .parser import Builder, Parser

_STATES = tuple(state.value for state in ExportState)
_KINDS = tuple(kind.value for kind in EventKind)


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """`export ask|list|show|approve|refuse|fetch`; `export --case …` is short for `ask`, `export` for `list`."""
    export = builder.add(commands, "export")
    actions = builder.actions(export, "export")
    for parser in (export, builder.action(actions, "export", "ask")):
        builder.option(parser, "--case", "export_case", dest="case", metavar="NAME")
        builder.option(parser, "--reason", "reason", metavar="TEXT")
        builder.option(parser, "--device", "device", metavar="SERIAL")
        builder.option(parser, "--employee", "of_employee", dest="employee", metavar="NAME")
        builder.option(parser, "--peer", "peer", metavar="NUMBER")
        builder.option(parser, "--conversation", "conversation", metavar="TOKEN")
        builder.option(parser, "--since", "since", metavar="TIME")
        builder.option(parser, "--until", "until", metavar="TIME")
        builder.option(
            parser, "--kind", "export_kinds", dest="kinds", action="append", choices=_KINDS, metavar="KIND",
            listed=_KINDS,
        )  # fmt: skip
        builder.option(parser, "--unmasked", "export_unmasked", dest="unmasked", action="store_true")
        builder.option(parser, "--media", "export_media", dest="media", action="store_true")
    every = builder.action(actions, "export", "list")
    builder.option(every, "--state-is", "export_state", dest="export_state", choices=_STATES, metavar="STATE",
                   listed=_STATES)  # fmt: skip
    builder.argument(builder.action(actions, "export", "show"), "export_id")
    for name in ("approve", "refuse"):
        decision = builder.action(actions, "export", name)
        builder.argument(decision, "export_id")
        builder.option(decision, "--reason", "reason", required=True, metavar="TEXT")
        builder.option(decision, "--yes", "yes", action="store_true")
    fetch = builder.action(actions, "export", "fetch")
    builder.argument(fetch, "export_id")
    builder.option(fetch, "--output", "output", required=True, metavar="FILE")
