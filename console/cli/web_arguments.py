"""The arguments of `web`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("web", ""): "unbuilt:refuse"}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """The console in a browser."""
    builder.add(commands, "web")
