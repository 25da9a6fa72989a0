"""The arguments of shops on other machines."""

import argparse
from collections.abc import Callable
from typing import Protocol


class Add(Protocol):
    """Adds a subcommand with its help."""

    def __call__(self, name: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser: ...


def add_shops(
    add: Add,
    text: Callable[[str], str],
    *,
    common: argparse.ArgumentParser,
    json: argparse.ArgumentParser,
    descriptor: Callable[[str], int],
) -> None:
    """`connect-shop`, `shops list|find|forget`."""
    connect = add("connect-shop", json)
    connect.add_argument("address", nargs="?", metavar="HOST[:PORT]", help=text("argument.shop_address"))
    connect.add_argument("--name", metavar="NAME", help=text("option.shop_name"))
    connect.add_argument("--words-fd", type=descriptor, metavar="N", help=text("option.words_fd"))
    actions = add("shops", json).add_subparsers(dest="action", metavar="ACTION")
    for name in ("list", "find", "forget"):
        help_text = text(f"command.shops_{name}")
        action = actions.add_parser(name, help=help_text, description=help_text, parents=[common, json])
        if name != "list":
            action.add_argument("name", metavar="NAME", help=text("argument.shop_name"))
