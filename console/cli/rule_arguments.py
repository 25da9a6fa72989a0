"""The arguments of `policy try`, `rules` and `state`; the other actions of `policy` run in the daemon's own program."""

import argparse
from typing import TYPE_CHECKING, Final

from .numbers import bounded

if TYPE_CHECKING:
    from .parser import Builder, Parser

MOST_TRIED: Final = 50_000
"""Messages of one trial, at most; `TrialRequest` takes no more."""
HANDLERS: dict[tuple[str, str], str] = {
    ("policy", "try"): "policies:try_rules",
    ("policy", "rules"): "rules:list_rules",
    ("policy", "state"): "rules:show_state",
}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Those that ask the daemon."""
    actions = builder.actions(builder.add(commands, "policy"), "policy")
    for name in ("rules", "state"):
        builder.action(actions, "policy", name)
    candidate = builder.action(actions, "policy", "try")
    candidate.add_argument("source", metavar="DIR_OR_FILE", help=builder.text("argument.policy_source"))
    builder.option(candidate, "--with", "policy_with", dest="beside", action="append", metavar="PACK")
    builder.option(candidate, "--since", "policy_since", dest="since", metavar="TIME")
    builder.option(candidate, "--until", "policy_until", dest="until", metavar="TIME")
    builder.option(candidate, "--phone", "policy_phone", dest="phone", metavar="SERIAL")
    builder.option(candidate, "--limit", "policy_limit", dest="limit", type=_messages, metavar="N")


def _messages(text: str) -> int:
    return int(bounded(text, 1, MOST_TRIED))
