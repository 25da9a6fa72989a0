"""Why the API's socket cannot be opened."""

from pathlib import Path

from ..api.exit_codes import ExitCode
from ..errors import DaemonError


class SocketTakenError(DaemonError):
    """A living daemon answers at this path, or something that is not a socket lies there."""

    def __init__(self, code: str, path: Path) -> None:
        super().__init__(code, ExitCode.USAGE, path=str(path))
