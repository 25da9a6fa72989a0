"""The arguments of `keys`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from .parser import Builder, Parser


def add(builder: "Builder", commands: "argparse._SubParsersAction[Parser]") -> None:
    """`keys list|rotate`."""
    keys = builder.add(commands, "keys")
    actions = builder.actions(keys, "keys")
    builder.action(actions, "keys", "list")
    rotate = builder.action(actions, "keys", "rotate")
    builder.option(rotate, "--reason", "reason", required=True)
