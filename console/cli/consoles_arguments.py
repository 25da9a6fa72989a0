"""The arguments of `consoles`."""

import argparse
from typing import TYPE_CHECKING

from daemon.api.consoles import LEAST_INVITED_S, MOST_INVITED_S
from daemon.api.wire import Role

from .numbers import seconds

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {
    ("consoles", "list"): "consoles:list_consoles",
    ("consoles", "invite"): "consoles:invite",
    ("consoles", "revoke"): "consoles:revoke",
}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """`consoles list|invite|revoke`."""
    actions = builder.actions(builder.add(commands, "consoles"), "consoles")
    builder.action(actions, "consoles", "list")
    invite = builder.action(actions, "consoles", "invite")
    roles = tuple(role.value for role in Role)
    builder.option(invite, "--name", "console_name", dest="name", required=True, metavar="NAME")
    builder.option(
        invite, "--role", "console_role", dest="role", required=True, choices=roles, metavar="ROLE", listed=roles
    )
    builder.option(invite, "--employee", "console_employee", dest="employee", metavar="NAME")
    builder.option(
        invite, "--for", "invited_for", dest="valid_s", type=_validity, metavar="SECONDS",
        listed=(f"{LEAST_INVITED_S}-{MOST_INVITED_S}",),
    )  # fmt: skip
    builder.option(invite, "--no-wait", "invite_no_wait", dest="no_wait", action="store_true")
    builder.argument(builder.action(actions, "consoles", "revoke"), "console")


def _validity(text: str) -> int:
    """`300`, `300s` or `5m`."""
    plain = text.removesuffix("s")
    value = round(seconds(plain.removesuffix("m")) * (60 if plain.endswith("m") else 1))
    if not LEAST_INVITED_S <= value <= MOST_INVITED_S:
        raise argparse.ArgumentTypeError(f"{LEAST_INVITED_S}-{MOST_INVITED_S}")
    return value
