"""What adbd starts for a shell service: `sh -c` for a command line, else a prompt or a script from stdin."""

from ..handset import Handset
from ..wire.services import Terminal
from .interactive import Session, run_stdin
from .interpreter import LineInput, Streams, run_script
from .programs import programs_of


async def run_command(handset: Handset, command: str, terminal: Terminal) -> int:
    """Run it; return the exit code."""
    programs = programs_of(handset.traits)
    streams = Streams(LineInput(terminal.stdin), terminal.stdout, terminal.stderr, terminal.gone)
    if command:
        return await run_script(command, streams, handset, programs)
    if terminal.is_tty:
        return await Session(handset, terminal.stdin, terminal.stdout).run()
    return await run_stdin(handset, streams)
