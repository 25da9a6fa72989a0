"""The arguments of `alerts`."""

import argparse
from typing import TYPE_CHECKING

from daemon.api.wire import AlertStatus

from .numbers import page

if TYPE_CHECKING:
    from .parser import Builder, Parser

STATUSES = (*(status.value for status in AlertStatus), "all")
HANDLERS: dict[tuple[str, str], str] = {
    ("alerts", "list"): "alerts:list_alerts",
    ("alerts", "show"): "alerts:show_alert",
    ("alerts", "ack"): "alerts:acknowledge",
    ("alerts", "resolve"): "alerts:resolve",
    ("alerts", "reopen"): "alerts:reopen",
}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Findings for review."""
    alerts = builder.add(commands, "alerts")
    actions = builder.actions(alerts, "alerts")
    for parser in (alerts, builder.action(actions, "alerts", "list")):
        builder.option(parser, "--status", "status", choices=STATUSES, metavar="STATUS", listed=STATUSES)
        builder.option(parser, "--device", "device", metavar="SERIAL")
        builder.option(parser, "--limit", "limit_1000", type=page, metavar="N")
    builder.argument(builder.action(actions, "alerts", "show"), "alert_id")
    for name in ("ack", "resolve", "reopen"):
        parser = builder.action(actions, "alerts", name)
        builder.argument(parser, "alert_ids", nargs="+")
        builder.option(parser, "--note", "note", metavar="TEXT")
