"""Subcommands that have their arguments and handlers in a file of their own."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from . import (
    alert_arguments,
    command_arguments,
    completion_arguments,
    consoles_arguments,
    delivery_arguments,
    employees_arguments,
    figure_arguments,
    intercept_arguments,
    pin_arguments,
    provision_arguments,
    rule_arguments,
    setup_arguments,
    show_arguments,
    web_arguments,
    wipe_arguments,
)

if TYPE_CHECKING:
    from .parser import Builder, Parser

_ROOMS: Final = (
    alert_arguments,
    command_arguments,
    consoles_arguments,
    delivery_arguments,
    employees_arguments,
    figure_arguments,
    intercept_arguments,
    pin_arguments,
    provision_arguments,
    rule_arguments,
    show_arguments,
    setup_arguments,
    web_arguments,
    wipe_arguments,
    completion_arguments,
)
ADDERS: Final[tuple[Callable[["Builder", "argparse._SubParsersAction[Parser]"], None], ...]] = tuple(
    room.add for room in _ROOMS
)
HANDLERS: Final[dict[tuple[str, str], str]] = {
    key: handler for room in _ROOMS for key, handler in room.HANDLERS.items()
}
"""Subcommand and action to `module:function`."""
