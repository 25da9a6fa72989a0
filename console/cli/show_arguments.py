"""The arguments of `audit`."""

import argparse
from typing import TYPE_CHECKING

from .numbers import count

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("audit", "list"): "oversight:list_audit"}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Who looked at what."""
    audit = builder.add(commands, "audit")
    for parser in (audit, builder.action(builder.actions(audit, "audit"), "audit", "list")):
        builder.option(parser, "--actor", "audit_actor", dest="actor", metavar="NAME")
        # `action` is where the parser keeps the word `list`.
        builder.option(parser, "--action", "audit_action", dest="deed", metavar="ACTION")
        builder.option(parser, "--target", "audit_target", dest="target", metavar="TEXT")
        builder.option(parser, "--outcome", "audit_outcome", dest="outcome", metavar="WORD")
        builder.option(parser, "--since", "since", metavar="TIME")
        builder.option(parser, "--until", "until", metavar="TIME")
        builder.option(parser, "--limit", "limit", type=count, metavar="N")
