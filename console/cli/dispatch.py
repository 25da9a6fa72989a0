"""Which function a subcommand is. Each module loads when it is needed, so that help and errors come at once."""

import importlib
from collections.abc import Awaitable, Callable
from typing import cast

from daemon.api.exit_codes import ExitCode

from . import rooms
from .context import Context

Handler = Callable[[Context], Awaitable[ExitCode]]

HANDLERS: dict[tuple[str, str], str] = {
    ("devices", "list"): "devices:list_devices",
    ("devices", "show"): "devices:show_device",
    ("devices", "connect"): "devices:connect",
    ("devices", "disconnect"): "devices:disconnect",
    ("devices", "discover"): "pairing:discover",
    ("devices", "pair"): "pairing:pair",
    ("devices", "wireless"): "pairing:wireless",
    ("enrol", ""): "devices:enrol",
    ("unenrol", ""): "devices:unenrol",
    ("events", ""): "events:list_events",
    ("search", ""): "events:list_events",
    ("timeline", ""): "timeline:show_timeline",
    ("attachments", "list"): "attachments:list_attachments",
    ("attachments", "save"): "attachments:save_attachment",
    ("import", ""): "imports:import_files",
    ("export", "list"): "exports:list_exports",
    ("export", "ask"): "exports:ask_for",
    ("export", "show"): "exports:show_export",
    ("export", "approve"): "exports:approve",
    ("export", "refuse"): "exports:refuse",
    ("export", "fetch"): "exports:fetch",
    ("verify", ""): "oversight:verify",
    ("backup", ""): "backups:backup",
    ("keys", "list"): "keys:list_keys",
    ("keys", "rotate"): "keys:rotate",
    ("prove", ""): "prove:prove",
    ("heads", "list"): "heads:list_heads",
    ("heads", "show"): "heads:show_head",
    ("heads", "print"): "heads_print:print_head",
    ("heads", "export"): "heads:export_head",
    ("heads", "check"): "heads:check_heads",
    ("heads", "request"): "heads:request_cosignature",
    ("heads", "import"): "heads:import_cosignature",
    ("rescan", "list"): "rescans:list_rescans",
    ("rescan", "start"): "rescans:start",
    ("rescan", "show"): "rescans:show",
    ("rescan", "cancel"): "rescans:cancel",
    ("retention", ""): "retention:show_retention",
    ("retention", "show"): "retention:show_retention",
    ("retention", "run"): "retention:run_pass",
    ("retention", "confirm-clock"): "retention:confirm",
    ("holds", "list"): "retention:list_holds",
    ("holds", "add"): "retention:add_hold",
    ("holds", "end"): "retention:finish_hold",
    ("deletions", "list"): "retention:list_deletions",
    ("doctor", ""): "doctor:examine",
    ("requests", "list"): "requests:list_requests",
    ("requests", "add"): "requests:add",
    ("requests", "show"): "requests:show_request",
    ("requests", "reach"): "requests:reach",
    ("requests", "assign"): "requests:assign",
    ("requests", "note"): "requests:note",
    ("requests", "extend"): "requests:extend",
    ("requests", "answer"): "requests:answer",
    ("requests", "close"): "requests:close",
    ("requests", "correct"): "requests:correct",
    ("requests", "mark"): "requests:mark",
    ("requests", "lift"): "requests:lift",
    ("requests", "copy"): "requests:copy",
    ("requests", "erase"): "requests:erase",
    ("requests", "approve"): "requests:approve",
    ("requests", "refuse"): "requests:refuse",
    ("me", ""): "requests:me",
    ("me", "ask"): "requests:ask_for_me",
    ("me", "acknowledge"): "requests:acknowledge",
    ("documents", ""): "documents:assessment",
    ("documents", "assessment"): "documents:assessment",
    ("documents", "notices"): "documents:notices",
    ("incidents", "list"): "documents:list_incidents",
    ("incidents", "add"): "documents:add_incident",
    ("incidents", "show"): "documents:show_incident",
    ("incidents", "note"): "documents:note_incident",
    ("incidents", "close"): "documents:close_incident",
    ("incidents", "template"): "documents:notification",
    **rooms.HANDLERS,
}
"""Subcommand and action to `module:function`. A subcommand with a `list` does that when no action is named."""


def handler_of(command: str, action: str | None) -> Handler:
    """The function of a parsed subcommand."""
    default = "list" if (command, "list") in HANDLERS else ""
    module, _, name = HANDLERS[command, action or default].partition(":")
    return cast(Handler, getattr(importlib.import_module(f".{module}", __package__), name))
