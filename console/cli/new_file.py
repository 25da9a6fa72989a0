"""A file that is made whole or not at all: beside its place until it is done, never in another's."""

import contextlib
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .context import UsageError

TO_PIPE = "-"


class Keep:
    """Whether the file is to stay."""

    def __init__(self) -> None:
        self.is_wanted = False

    def __call__(self) -> None:
        self.is_wanted = True


@contextlib.contextmanager
def new_file(output: str) -> Iterator[tuple[BinaryIO, Keep]]:
    """The pipe, or a file beside `output` that takes its name at the end, never in another's place. Mode 0600."""
    keep = Keep()
    if output == TO_PIPE:
        if sys.stdout.isatty():
            raise UsageError("usage.output_terminal")
        yield sys.stdout.buffer, keep
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    if path.exists() or path.is_symlink():
        raise UsageError("usage.output_exists", path=output)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file, keep
            file.flush()
            os.fsync(file.fileno())
        if keep.is_wanted:
            _name(draft, path)
    except FileExistsError:
        raise UsageError("usage.output_exists", path=output) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError("usage.output_unusable", path=output, problem=error.strerror or "?") from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _name(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)  # unlike a rename, it never replaces a file that came in between
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError from None
        draft.rename(path)  # file systems without hard links: memory sticks
