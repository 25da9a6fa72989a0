"""Subcommands that need keys, rules or phones run in the daemon's own program; this one only hands over."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

HANDED_OVER = (
    "demo", "scan", "mask", "policy", "init", "check-config", "simphone", "run", "verify-proof", "cosign", "restore",
    "verify-bundle", "reindex", "web-account", "connect-shop", "shops",
)  # fmt: skip
"""`demo` is handed over unless it opens the console (`demo.py`)."""

CALLED_AS = "SHOPWARDEN_CALLED_AS"
"""Tells the daemon's program the name that its usage lines are to show."""
_OURS = frozenset({"try", "rules", "state"})
"""The actions of `policy` that ask the daemon."""
_OF_ANY_SHOP = frozenset({"shops", "connect-shop", "verify-proof", "verify-bundle", "verify-ack"})
"""Whatever shop is meant makes no difference to them."""
_TAKE_JSON = frozenset(
    {
        "demo", "policy", "init", "check-config", "verify-proof", "verify-bundle", "restore", "connect-shop", "shops",
        "verify-ack",
    }
)  # fmt: skip
_TAKE_VALUE = {"--state": "SHOPWARDEN_STATE", "--socket": "SHOPWARDEN_SOCKET", "--lang": "SHOPWARDEN_LANG"}


class NotElsewhereError(Exception):
    """What works on this machine's own files was asked for with `--shop`. Its argument is the subcommand."""


def split_handed_over(arguments: Sequence[str]) -> tuple[str, list[str], dict[str, str]] | None:
    """The subcommand, its arguments, and what the options before it set in the environment; None if it is ours.

    Raises NotElsewhereError.
    """
    environment: dict[str, str] = {}
    form: str | None = None
    is_elsewhere = False
    at = 0
    while at < len(arguments):
        flag, has_value, value = arguments[at].partition("=")
        if flag in _TAKE_VALUE:
            if not has_value:
                at += 1
                value = arguments[at] if at < len(arguments) else ""
            environment[_TAKE_VALUE[flag]] = value
        elif flag == "--shop":
            is_elsewhere = True
            at += 0 if has_value else 1
        elif flag in {"--json", "--jsonl"}:
            form = flag
        else:
            break
        at += 1
    if at >= len(arguments) or arguments[at] not in (*HANDED_OVER, "provision"):
        return None
    name, rest = arguments[at], list(arguments[at + 1 :])
    if name == "policy" and _first_word(rest) in _OURS:
        return None
    if name == "provision":
        if _first_word(rest) != "verify-ack":
            return None
        name = rest.pop(rest.index("verify-ack"))
    if is_elsewhere and name not in _OF_ANY_SHOP:
        raise NotElsewhereError(name)
    if form is not None and name in _TAKE_JSON and not {"--json", "--jsonl"} & set(rest):
        rest.append(form)
    return name, rest, environment


def _first_word(arguments: Sequence[str]) -> str | None:
    """Past options and their values."""
    words = iter(arguments)
    for word in words:
        if word in _TAKE_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word
    return None


def run_daemon_program(arguments: Sequence[str], environment: dict[str, str]) -> NoReturn:
    """Become `python -m daemon` with `arguments`: its exit code is ours, its signals too."""
    sys.stdout.flush()
    sys.stderr.flush()
    called = {CALLED_AS: "shopwarden"}
    os.execve(sys.executable, daemon_command(arguments), {**os.environ, **environment, **called})


def daemon_command(arguments: Sequence[str]) -> list[str]:
    """The command line of the daemon's program. `-P`: nothing is imported from the current directory."""
    return [sys.executable, "-P", "-m", "daemon", *arguments]
