"""Shell protocol v2, the phone's side of it: u8 id, u32 little-endian length, payload (AOSP shell_protocol.h, 7.0+)."""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

from .errors import ParseError
from .samples import sample_hash

_HEADER = struct.Struct("<BI")
_LARGEST_PACKET = 4 * 1024 * 1024
"""adbd sends at most its 1 MiB buffer; what claims more is not this protocol."""


class PacketId(IntEnum):
    """Packet kinds."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    EXIT = 3
    CLOSE_STDIN = 4
    WINDOW_SIZE = 5


END_OF_STDIN = _HEADER.pack(PacketId.CLOSE_STDIN, 0)
"""What `adb shell </dev/null` sends: without it a command that reads its stdin waits for ever."""


@dataclass(slots=True)
class ShellDecoder:
    """Cuts a byte stream into packets. No I/O, no waiting; total on any bytes.

    stdout and stderr are handed out as they come, also in the middle of a packet; `exit_code` is None until the phone
    sent it, and whatever follows it is ignored.
    """

    exit_code: int | None = None
    _pending: bytearray = field(default_factory=bytearray)
    _kind: int = -1
    _missing: int = 0

    def feed(self, chunk: bytes) -> tuple[bytes, bytes]:
        """Take bytes as they arrived; give what they add to (stdout, stderr).

        Raises:
            ParseError: a packet of a kind or size that this protocol does not have.
        """
        pending = self._pending
        pending += chunk
        out: list[bytes] = []
        err: list[bytes] = []
        position = 0
        while self.exit_code is None:
            if self._missing == 0:
                if len(pending) - position < _HEADER.size:
                    break
                self._kind, self._missing = _HEADER.unpack_from(pending, position)
                self._check(pending)
                position += _HEADER.size
                if self._missing == 0:
                    continue
            available = min(self._missing, len(pending) - position)
            if available == 0:
                break
            piece = bytes(memoryview(pending)[position : position + available])
            position += available
            self._missing -= available
            if self._kind == PacketId.STDOUT:
                out.append(piece)
            elif self._kind == PacketId.STDERR:
                err.append(piece)
            elif self._kind == PacketId.EXIT:
                self.exit_code = piece[0]
        if self.exit_code is None:
            del pending[:position]
        else:
            pending.clear()
        return b"".join(out), b"".join(err)

    def _check(self, seen: bytearray) -> None:
        if self._kind not in PacketId.__members__.values() or self._missing > _LARGEST_PACKET:
            raise ParseError("shell_v2", sample_sha256=sample_hash(bytes(seen[:4096])), detail="not a packet")
