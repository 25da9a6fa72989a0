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
    builder.option(audit, "--limit", "limit", type=count)
    entries = builder.action(builder.actions(audit, "audit"), "audit", "list")
    builder.option(entries, "--limit", "limit", type=count)
