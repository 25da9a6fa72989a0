"""The arguments of `completion`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("completion", ""): "unbuilt:refuse"}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """The completion of a shell."""
    builder.add(commands, "completion")
