"""`sh -c` for a command line from a host."""

from ..handset import Handset
from ..wire.services import Terminal
from .interpreter import LineInput, Streams, run_script
from .programs import PROGRAMS


async def run_command(handset: Handset, command: str, terminal: Terminal) -> int:
    """Run it; return the exit code."""
    streams = Streams(LineInput(terminal.stdin), terminal.stdout, terminal.stderr)
    return await run_script(command, streams, handset, PROGRAMS)
