"""What hosts asked of the phone, for tests that count polls and for the trainer who wants to see them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

CAPACITY: Final = 20_000


@dataclass(slots=True, kw_only=True)
class ServedCommand:
    """One service that a host opened. Filled in while it runs."""

    service: str
    """`shell,v2`, `shell`, `exec`, `sync`, `reboot`, …"""
    command: str
    """The command line, or the service's argument."""
    at: datetime
    exit_code: int | None = None
    """None while it runs, when it was broken off, and for services without one."""
    stdout_bytes: int = 0
    is_finished: bool = False


class Journal:
    """The newest `CAPACITY` commands, oldest first."""

    def __init__(self) -> None:
        self._served: deque[ServedCommand] = deque(maxlen=CAPACITY)

    def open(self, service: str, command: str, at: datetime) -> ServedCommand:
        """Note the start of a service."""
        served = ServedCommand(service=service, command=command, at=at)
        self._served.append(served)
        return served

    def __iter__(self) -> Iterator[ServedCommand]:
        """Oldest first."""
        return iter(tuple(self._served))

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._served)
