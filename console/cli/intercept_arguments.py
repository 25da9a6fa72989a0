"""The arguments of `intercept`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {
    ("intercept", "status"): "intercepts:status",
    ("intercept", "on"): "intercepts:switch_on",
    ("intercept", "off"): "intercepts:switch_off",
    ("intercept", "list"): "intercepts:list_intercepts",
}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Actions that follow a finding by themselves."""
    actions = builder.actions(builder.add(commands, "intercept"), "intercept")
    builder.action(actions, "intercept", "status")
    for name in ("on", "off"):
        builder.option(builder.action(actions, "intercept", name), "--reason", "reason", required=True, metavar="TEXT")
    found = builder.action(actions, "intercept", "list")
    builder.option(found, "--device", "device", metavar="SERIAL")
    builder.option(found, "--alert", "intercept_alert", metavar="ALERT_ID")
    builder.option(found, "--open", "intercept_open", dest="open", action="store_true")
