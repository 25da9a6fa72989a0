"""Whether texts are searched through machine code: of the extra `fast`, loaded once enough texts have come.

Loading takes about a second, and half a minute the first time on a machine, when the code is made. What is found is the
same with it and without it.
"""

import importlib.util
import os
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum, auto
from itertools import chain
from pathlib import Path

WORTH = 5_000
"""So many texts of one process make it worth loading, where the code is made already."""
WORTH_MAKING = 1_000_000
"""So many make it worth making."""
_COMPILED = Path(__file__).parent / "compiled"
_CONTACTS = _COMPILED.parent.parent / "contacts"
_SOURCES = (_COMPILED, _COMPILED.parent, _COMPILED.parent.parent / "folding", _CONTACTS)
"""Folders of what is written into the code, constants too."""


class Use(Enum):
    """Who decides on loading."""

    AFTER_MANY = auto()
    """This module, by the texts that come."""
    WHEN_PREPARED = auto()
    """The caller, by `prepare`: for those who must not be kept waiting."""


class _State:
    """Of the process, as what is imported is."""

    use = Use.AFTER_MANY
    texts = 0
    is_ready = False
    is_missing = importlib.util.find_spec("numba") is None
    is_forbidden = False


def decide(use: Use) -> None:
    """Says who decides; for the process."""
    _State.use = use


def chosen() -> Use:
    """What was said last."""
    return _State.use


def is_ready() -> bool:
    """Whether it is loaded."""
    return _State.is_ready


def is_forbidden() -> bool:
    """Whether the system was asked for memory that runs what was written to it, and said no (a hardened service)."""
    return _State.is_forbidden


def is_installed() -> bool:
    """Whether the extra is there at all."""
    return not _State.is_missing


def is_worth(texts: int) -> bool:
    """Whether to search so many more texts through it; may load it."""
    if _State.is_ready or _State.is_missing or _State.is_forbidden or _State.use is Use.WHEN_PREPARED:
        return _State.is_ready
    before = _State.texts // WORTH
    _State.texts += texts
    return _State.texts // WORTH > before and prepare_for(_State.texts)  # not for each text: files are looked at


def prepare_for(texts: int) -> bool:
    """`prepare` if so many texts are worth it; whether it is loaded."""
    if not _State.is_ready and (texts < WORTH or (texts < WORTH_MAKING and not _is_made())):
        return False
    return prepare()


def prepare() -> bool:
    """Loads it, and makes it where it is not made; False where the extra is missing, or where the system forbids
    programs to make code. Takes up to half a minute.
    """
    if not _State.is_missing and not _State.is_forbidden and not _State.is_ready:
        _forget_other()
        from .compiled.trying import try_out

        try:
            _State.is_ready = try_out()
        except OSError:  # llvmlite asks the system when it is loaded
            _State.is_forbidden = True
    return _State.is_ready


def _kept(name: str) -> Iterator[Path]:
    """What is kept of the code, files of such names."""
    kept = os.environ.get("NUMBA_CACHE_DIR")
    folders = [Path(kept)] if kept is not None else [_COMPILED / "__pycache__", _CONTACTS / "__pycache__"]
    return chain.from_iterable(folder.rglob(name) for folder in folders)


def _sources_since() -> float:
    """When the newest of the sources that the code is of came to this machine."""
    sources = (file for folder in _SOURCES for file in folder.glob("*.py"))
    return max(file.stat().st_ctime for file in sources)


def _is_made() -> bool:
    """Whether the code on disk is of the sources as they are."""
    made = [file.stat().st_mtime for file in _kept("sift.sift-*.nbi")]
    return bool(made) and max(made) >= _sources_since()


def _forget_other() -> None:
    """Code on disk of other sources: numba looks only at the file that a function stands in, which holds what it
    calls from others."""
    since = _sources_since()
    for file in _kept("*.nbi"):
        with suppress(OSError):  # another process forgets it too, or it is not ours to remove
            if file.stat().st_mtime < since:
                file.unlink()
