"""The arguments of `policy`."""

import argparse
from collections.abc import Callable

from policies.model import Side

ASKED = ("rules", "state", "try")
"""The actions that the running daemon answers."""


def add_policy(
    parser: argparse.ArgumentParser,
    text: Callable[[str], str],
    *,
    common: argparse.ArgumentParser,
    json: argparse.ArgumentParser,
) -> None:
    """Its actions."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def add(name: str) -> argparse.ArgumentParser:
        told = text(f"command.policy_{name}")
        return actions.add_parser(name, help=told, description=told, parents=[common, json])

    check = add("check")
    check.add_argument("directory", metavar="DIR")
    check.add_argument("--notes", action="store_true", help=text("option.check_notes"))
    check.add_argument("--strict", action="store_true", help=text("option.check_strict"))
    add("packs")
    for name in ASKED:
        asked = actions.add_parser(name, help=text(f"command.policy_{name}"), add_help=False)
        asked.add_argument("rest", nargs=argparse.REMAINDER)
    explain = add("explain")
    explain.add_argument("text", nargs="+", metavar="TEXT", help=text("argument.explain_text"))
    explain.add_argument("--policy", action="append", metavar="DIR_OR_PACK", help=text("option.policy"))
    sides = tuple(side.value for side in Side)
    explain.add_argument("--side", choices=sides, default=Side.UNKNOWN.value, help=text("option.explain_side"))
    explain.add_argument("--channel", metavar="NAME", help=text("option.explain_channel"))
    explain.add_argument("--prev", action="append", metavar="TEXT", help=text("option.explain_prev"))
