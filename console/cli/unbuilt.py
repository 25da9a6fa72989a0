"""Subcommands that are named in the help and have nothing behind them in this version."""

from typing import NoReturn

from .context import Context, UsageError


async def refuse(context: Context) -> NoReturn:
    """Say so."""
    raise UsageError("not_built", command=f"shopwarden {context.arguments['command']}")
