"""A zip written into a stream: entry after entry, no seeking, the same bytes for the same content.

The comment at its end is a signed note over the SHA-256 of every byte before it, so that one changed bit anywhere in
the file is found, also in what no entry's content depends on (padding of compressed data, dates, extra fields).
"""

import base64
import hashlib
import zipfile
from collections.abc import Callable
from types import TracebackType
from typing import IO, Final

FILE_NOTE: Final = "shopwarden bundle file/1"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_MODE: Final = 0o100644 << 16
_LEVEL: Final = 6


def file_note(bundle_id: str, digest: bytes) -> str:
    """The text that is signed over a whole file."""
    return f"{FILE_NOTE}\n{bundle_id}\n{base64.b64encode(digest).decode('ascii')}\n"


class _Sink:
    """Where zipfile writes: collected until somebody takes it."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, piece: bytes) -> int:
        self.held += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing is behind it."""


class Entry:
    """One file being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def write(self, piece: bytes) -> None:
        """The next bytes."""
        self._digest.update(piece)
        self.size_bytes += len(piece)
        self._file.write(piece)

    @property
    def sha256(self) -> str:
        """Of what was written, 64 hexadecimal digits."""
        return self._digest.hexdigest()

    def __enter__(self) -> "Entry":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


class ZipStream:
    """Write entries, `take` what came out meanwhile, `finish`."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(self._sink, "w")  # type: ignore[call-overload]  # needs write and flush only
        self._digest = hashlib.sha256()
        self.size_bytes = 0

    def packed(self, name: str) -> Entry:
        """A new compressed file. One at a time."""
        return self._entry(name, zipfile.ZIP_DEFLATED)

    def plain(self, name: str) -> Entry:
        """A new file that is stored as it is: recordings and pictures are compressed already."""
        return self._entry(name, zipfile.ZIP_STORED)

    @property
    def waiting_bytes(self) -> int:
        """What `take` would give."""
        return len(self._sink.held)

    def take(self) -> bytes:
        """What came out since the last time."""
        piece = bytes(self._sink.held)
        self._sink.held.clear()
        self._digest.update(piece)
        self.size_bytes += len(piece)
        return piece

    def finish(self, bundle_id: str, sign: Callable[[str], str]) -> bytes:
        """The last bytes, with the signature over all before it."""
        length = len(sign(file_note(bundle_id, bytes(32))).encode())
        self._zip.comment = b"\0" * length
        self._zip.close()
        del self._sink.held[-length:]
        before = self.take()
        comment = sign(file_note(bundle_id, self._digest.digest())).encode()
        self.size_bytes += len(comment)
        return before + comment

    def _entry(self, name: str, method: int) -> Entry:
        info = zipfile.ZipInfo(name, date_time=_EPOCH)
        info.compress_type = method
        info.create_system = _UNIX
        info.external_attr = _MODE
        info._compresslevel = _LEVEL  # type: ignore[attr-defined]  # an argument of writestr only
        return Entry(self._zip.open(info, "w", force_zip64=True))
