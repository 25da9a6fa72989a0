"""The arguments of `setup`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("setup", ""): "unbuilt:refuse"}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """The guided first setup."""
    builder.add(commands, "setup")
