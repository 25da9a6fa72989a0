"""The arguments of `completion`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("completion", ""): "completion:complete"}
SHELLS = ("bash", "zsh")
WORDS = ("devices", "alerts", "commands")
"""What the scripts ask for while somebody types."""


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """The completion of a shell."""
    completion = builder.add(commands, "completion")
    completion.add_argument("what", choices=(*SHELLS, *WORDS), metavar="bash|zsh", help=builder.text("argument.shell"))
