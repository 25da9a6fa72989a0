"""The arguments of `figures`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .parser import Builder, Parser

HANDLERS: dict[tuple[str, str], str] = {("figures", ""): "unbuilt:refuse"}


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """Figures over time."""
    builder.add(commands, "figures")
