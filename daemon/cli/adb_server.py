"""`shopwardend adb-server`: becomes the adb server that the daemon of an installed service connects to.

It alone touches USB, under a user of its own; the daemon is told of it by `[adb] server`.
"""

import asyncio
import os
from argparse import Namespace
from pathlib import Path

from adb_bridge.binary import find_binary
from adb_bridge.server import server_command, server_environment

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..errors import StateError


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Does not return: this process becomes adb. ServerUnavailableError without a usable adb; StateError."""
    home: Path = options.home.expanduser().absolute()
    binary = asyncio.run(find_binary(options.binary))
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chdir(home)
    except OSError as error:
        raise StateError("state.unusable", ExitCode.VAULT, state=str(home), problem=error.strerror or "?") from error
    os.umask(0o077)
    command = server_command(binary, options.port)
    os.execve(command[0], command, server_environment(home))  # noqa: S606 - our own program
