"""The arguments of `alerts`."""

import argparse
from typing import TYPE_CHECKING

from daemon.api.wire import AlertStatus, Severity

from .numbers import index, page

if TYPE_CHECKING:
    from .parser import Builder, Parser

STATUSES = (*(status.value for status in AlertStatus), "all")
SEVERITIES = tuple(severity.value for severity in Severity)
HANDLERS: dict[tuple[str, str], str] = {
    ("alerts", "list"): "alerts:list_alerts",
    ("alerts", "show"): "alerts:show_alert",
    ("alerts", "history"): "alerts:history",
    ("alerts", "ack"): "alert_change:acknowledge",
    ("alerts", "resolve"): "alert_change:resolve",
    ("alerts", "reopen"): "alert_change:reopen",
    ("alerts", "suppress"): "alert_change:suppress",
    ("alerts", "note"): "alert_change:note",
    ("alerts", "assign"): "alert_change:assign",
}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Findings for review."""
    alerts = builder.add(commands, "alerts")
    actions = builder.actions(alerts, "alerts")
    for parser in (alerts, builder.action(actions, "alerts", "list")):
        builder.option(parser, "--status", "status", choices=STATUSES, metavar="STATUS", listed=STATUSES)
        builder.option(parser, "--severity", "severity", choices=SEVERITIES, metavar="SEVERITY", listed=SEVERITIES)
        builder.option(parser, "--device", "device", metavar="SERIAL")
        builder.option(parser, "--employee", "alert_employee", dest="employee", metavar="NAME")
        builder.option(parser, "--rule", "rule", metavar="ID")
        builder.option(parser, "--assignee", "assignee", metavar="NAME")
        builder.option(parser, "--unassigned", "unassigned", action="store_true")
        builder.option(parser, "--before", "alerts_before", dest="before", type=index, metavar="INDEX")
        builder.option(parser, "--limit", "limit_1000", type=page, metavar="N")
    for name in ("show", "history"):
        builder.argument(builder.action(actions, "alerts", name), "alert_id")
    for name in ("ack", "resolve", "reopen", "suppress", "note", "assign"):
        parser = builder.action(actions, "alerts", name)
        builder.argument(parser, "alert_ids", nargs="*")
        builder.option(parser, "--marked-file", "marked_file", dest="marked_file", metavar="FILE")
        if name == "assign":
            builder.option(parser, "--to", "assign_to", dest="to", metavar="NAME")
            builder.option(parser, "--me", "assign_me", dest="me", action="store_true")
            builder.option(parser, "--nobody", "assign_nobody", dest="nobody", action="store_true")
        builder.option(parser, "--note", "note", metavar="TEXT", required=name in {"suppress", "note"})
