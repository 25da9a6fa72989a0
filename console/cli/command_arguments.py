"""The arguments of commands to phones, of `commands` and of `batches`."""

import argparse
import re
from typing import TYPE_CHECKING, Final

from .numbers import bounded, page, seconds
from .request_keys import request_key

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {
    **{
        (name, ""): f"ordering:{name.replace('-', '_')}"
        for name in (
            "lock", "lost", "found", "ring", "message", "freeze", "unfreeze", "keep-alive", "reboot", "refetch", "call",
        )
    },
    ("unlock", ""): "ordering:unlock",
    ("devices", "verbs"): "command_lists:show_verbs",
    ("commands", "list"): "command_lists:list_commands",
    ("commands", "show"): "command_lists:show_command",
    ("commands", "cancel"): "command_changes:cancel",
    ("commands", "approve"): "command_changes:approve",
    ("commands", "reject"): "command_changes:reject",
    ("commands", "decide"): "command_changes:decide",
    ("batches", "list"): "command_lists:list_batches",
    ("batches", "show"): "command_lists:show_batch",
}  # fmt: skip
DEFAULT_WAIT_S: Final = 60.0
STATES: Final = ("queued", "sent", "acknowledged", "failed", "not_now", "unknown", "expired", "cancelled")
_LASTING: Final = re.compile(r"([0-9]{1,7})(s|m|h|d)?")
_UNITS_S: Final = {None: 1, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_LONGEST_S: Final = 30 * 86_400


def lasting(text: str) -> int:
    """`90`, `30s`, `10m`, `2h`, `1d` in seconds, up to 30 days."""
    match = _LASTING.fullmatch(text.strip().lower())
    if match is None:
        raise argparse.ArgumentTypeError(text)
    return int(bounded(str(int(match[1]) * _UNITS_S[match[2]]), 1, _LONGEST_S))


def _ring_s(text: str) -> int:
    return int(bounded(text, 1, 120))


def _silent_or_ring_s(text: str) -> int:
    return int(bounded(text, 0, 120))


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Everything that is told to phones, and what became of it."""
    for name in ("lock", "reboot", "refetch"):
        _phones(builder, builder.add(commands, name))
    lost = builder.add(commands, "lost")
    _phones(builder, lost)
    builder.option(lost, "--message", "lost_message", dest="message", metavar="TEXT")
    builder.option(lost, "--ring", "lost_ring", dest="ring_s", type=_silent_or_ring_s, metavar="SECONDS")
    builder.option(lost, "--new-pin", "new_pin", dest="new_pin", action="store_true")
    found = builder.add(commands, "found")
    _phones(builder, found)
    builder.option(found, "--clear-pin", "clear_pin", dest="clear_pin", action="store_true")
    ring = builder.add(commands, "ring")
    _phones(builder, ring)
    builder.option(ring, "--for", "ring_for", dest="duration_s", type=_ring_s, metavar="SECONDS")
    message = builder.add(commands, "message")
    _phones(builder, message)
    builder.option(message, "--text", "message_text", dest="text", required=True, metavar="TEXT")
    builder.option(message, "--title", "message_title", dest="title", metavar="TEXT")
    for name in ("freeze", "unfreeze"):
        _phones(builder, frozen := builder.add(commands, name))
        _packages(builder, frozen)
    for parser in (lost, found):
        _packages(builder, parser)
    keep_alive = builder.add(commands, "keep-alive")
    _phones(builder, keep_alive)
    builder.option(keep_alive, "--setting", "keep_alive_setting", dest="settings", action="append", metavar="NAME")
    call = builder.add(commands, "call")
    builder.argument(call, "serial")
    _order(builder, call)
    builder.option(call, "--event", "call_event", dest="event_id", metavar="EVENT_ID")
    builder.option(call, "--conversation", "call_conversation", dest="conversation", metavar="ID")
    _queue(builder, commands)


def add_unlock(builder: "Builder", unlock: "Parser") -> None:
    """Of `unlock`, which also opens the vault when no phone is named."""
    _phones(builder, unlock, is_reason_required=False)


def _queue(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    queue = builder.add(commands, "commands")
    actions = builder.actions(queue, "commands")
    for parser in (queue, builder.action(actions, "commands", "list")):
        builder.option(parser, "--device", "device", metavar="SERIAL")
        builder.option(parser, "--status", "command_state", dest="command_state", choices=STATES, metavar="STATE")
        builder.option(parser, "--open", "command_open", dest="is_open", action="store_true")
        builder.option(parser, "--batch", "command_batch", dest="batch", metavar="BATCH_ID")
        builder.option(parser, "--limit", "limit_1000", type=page, metavar="N")
    for name in ("show", "cancel", "approve", "reject", "decide"):
        parser = builder.action(actions, "commands", name)
        builder.argument(parser, "command_id")
        if name == "approve":
            builder.option(parser, "--name", "typed_name", dest="typed_name", metavar="NAME")
            builder.option(parser, "--reason", "reason", metavar="TEXT")
        if name in {"reject", "decide"}:
            builder.option(parser, "--reason", "reason", required=True, metavar="TEXT")
        if name == "decide":
            either = parser.add_mutually_exclusive_group(required=True)
            for flag, value in (("--done", True), ("--not-done", False)):
                either.add_argument(
                    flag, dest="is_done", action="store_const", const=value, default=argparse.SUPPRESS,
                    help=builder.text(f"option.decide_{'done' if value else 'not_done'}"),
                )  # fmt: skip
    batches = builder.add(commands, "batches")
    actions = builder.actions(batches, "batches")
    for parser in (batches, builder.action(actions, "batches", "list")):
        builder.option(parser, "--limit", "limit_1000", type=page, metavar="N")
    builder.argument(builder.action(actions, "batches", "show"), "batch_id")


def _phones(builder: "Builder", parser: "Parser", *, is_reason_required: bool = True) -> None:
    builder.argument(parser, "serials", nargs="*")
    builder.option(parser, "--all", "all_phones", dest="all_phones", action="store_true")
    builder.option(parser, "--group", "group", metavar="NAME")
    _order(builder, parser, is_reason_required=is_reason_required)


def _order(builder: "Builder", parser: "Parser", *, is_reason_required: bool = True) -> None:
    builder.option(parser, "--reason", "reason", required=is_reason_required, metavar="TEXT")
    builder.option(
        parser, "--wait", "wait", nargs="?", type=seconds, const=DEFAULT_WAIT_S, metavar="SECONDS",
        listed=(f"{DEFAULT_WAIT_S:g}",),
    )  # fmt: skip
    builder.option(parser, "--expires", "expires", dest="expires_s", type=lasting, metavar="TIME")
    builder.option(parser, "--key", "idempotency_key", dest="key", type=request_key, metavar="KEY")
    builder.option(parser, "--yes", "yes", action="store_true")


def _packages(builder: "Builder", parser: "Parser") -> None:
    builder.option(parser, "--package", "package", dest="packages", action="append", metavar="PACKAGE")
