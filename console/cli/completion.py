"""`completion`: the script for a shell, and the words that it asks for while somebody types."""

import asyncio
import sys
from pathlib import Path
from typing import Final

import msgspec

from daemon.api.client import ApiClient
from daemon.api.errors import ApiClientError
from daemon.api.exit_codes import ExitCode
from daemon.api.wire import AlertStatus

from .completion_arguments import SHELLS
from .context import Context

SCRIPTS: Final = Path(__file__).parent.parent / "completions"
FILES: Final = {"bash": "shopwarden.bash", "zsh": "_shopwarden"}
ANSWER_S: Final = 0.3
"""Whoever presses Tab does not wait longer for the daemon."""
MOST_WORDS: Final = 50


class _Completion(msgspec.Struct):
    what: str


async def complete(context: Context) -> ExitCode:
    """Print the script; or ids that the daemon knows, one a line, and nothing when it does not answer at once."""
    what = context.take(_Completion).what
    if what in SHELLS:
        sys.stdout.write((SCRIPTS / FILES[what]).read_text(encoding="utf-8"))
        return ExitCode.OK
    try:
        async with asyncio.timeout(ANSWER_S), context.client() as client:
            words = await _words(client, what)
    except (ApiClientError, TimeoutError):
        words = []
    for word in words:
        context.output.line(word)
    return ExitCode.OK


async def _words(client: ApiClient, what: str) -> list[str]:
    match what:
        case "devices":
            return [device.serial for device in await client.devices()]
        case "alerts":
            return [alert.alert_id for alert in await client.alerts(status=AlertStatus.OPEN, limit=MOST_WORDS)]
        case _:
            return [command.command_id for command in await client.commands(limit=MOST_WORDS)]
