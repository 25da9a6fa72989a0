"""A terminal that remembers what it was sent and can say what is on it."""

import re

import pyte

_STRANGE = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*(?:\$p|u|n|c)|\x1b\[[0-9;]*\$[a-z]|\x1bP.*?\x1b\\", re.S
)
"""Questions to modern terminals that pyte does not know."""
_HALF = re.compile(rb"\x1b(?:\[[^a-zA-Z]*|P[^\x1b]*|\][^\x07\x1b]*)?$")


class Terminal:
    """Feed it bytes as they come."""

    def __init__(self, width: int, height: int) -> None:
        self.stream = b""
        self._screen = pyte.Screen(width, height)
        self._reader = pyte.ByteStream(self._screen)
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Sequences may be cut anywhere."""
        self.stream += data
        data = self._rest + data
        half = _HALF.search(data)
        self._rest = data[half.start() :] if half is not None else b""
        self._reader.feed(_STRANGE.sub(b"", data[: half.start()] if half is not None else data))

    @property
    def text(self) -> str:
        """What a person sees, a wide character once."""
        rows = (self._screen.buffer[number] for number in range(self._screen.lines))
        columns = range(self._screen.columns)
        return "\n".join("".join(row[column].data for column in columns).rstrip() for row in rows)
