"""Files of proofs and heads: read in bounds, written whole, never over another."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from .context import UsageError

MAX_FILE_BYTES = 64 * 1024 * 1024
_DASH = "\N{EM DASH} "


def read_text(name: str, *, limit: int = MAX_FILE_BYTES) -> str:
    """UTF-8. UsageError when it cannot be read, is too long, or is no text."""
    try:
        with Path(name).expanduser().open("rb") as stream:
            content = stream.read(limit + 1)
    except OSError as error:
        raise UsageError("usage.unreadable", path=name, problem=error.strerror or "?") from None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("usage.not_text", path=name) from None
    if len(content) > limit:
        raise UsageError("usage.not_text", path=name)
    return text


def write_new(name: str, content: bytes) -> None:
    """A new file, on the disk when this returns. UsageError when there is one, or it cannot be written."""
    path = Path(name).expanduser()
    try:
        with path.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise UsageError("usage.output_exists", path=name) from None
    except OSError as error:
        raise UsageError("usage.output_unusable", path=name, problem=error.strerror or "?") from None


def replace_text(path: Path, text: str) -> None:
    """Put `text` in the place of the file's, whole or not at all, as far as the file system can. UsageError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with suppress(OSError):  # some file systems of memory sticks cannot
                os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise UsageError("usage.output_unusable", path=str(path), problem=error.strerror or "?") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def split_notes(text: str) -> list[str]:
    """The notes of a witness file, each as text; what is none of them is left to the daemon to refuse."""
    notes: list[str] = []
    lines: list[str] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.startswith(_DASH) and lines and lines[-1].startswith(_DASH):
            notes.append("\n".join(lines) + "\n")
            lines = []
        if line or lines:
            lines.append(line)
    if any(lines):
        notes.append("\n".join(lines) + "\n")
    return notes
