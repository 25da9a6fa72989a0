"""Where dialers put call recordings, below shared storage.

Source: public uploaders and bug reports, gathered in the project's Android facts (§6); seen on systems from Android 8
to 15, none of them documented by a vendor. Nothing is assumed of a phone: the folders of all vendors are looked for on
every phone, and the shop may name more.

A folder that also holds voice memos is `MIXED`: there only files count that carry the name of a call recording, so
that nobody's private memo is collected.
"""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SHARED: Final = "/sdcard"
_OTHER_NAMES: Final = ("/storage/emulated/0", "/storage/self/primary", "/mnt/sdcard")
_LONGEST: Final = 512


class FolderUse(StrEnum):
    """What lies in a folder."""

    CALLS = "calls"
    """Recordings of calls only."""
    MIXED = "mixed"
    """Voice memos too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A place to look into; its subfolders are places of their own."""

    path: str
    """Absolute, without a slash at its end."""
    use: FolderUse


_CALLS: Final = (
    "MIUI/sound_recorder/call_rec",  # Xiaomi: MIUI, HyperOS
    "Recordings/Call",  # Samsung (12+), some Xiaomi and Honor
    "Sounds/CallRecord",  # Huawei, Honor
    "Music/Recordings/Call Recordings",  # OPPO, realme, OnePlus (10+)
    "Music/Recordings/Call Recordings/ThirdRecord",  # the same, calls of apps
    "Recordings/Call Recordings",
    "Recordings/Call Recordings/ThirdRecord",
    "Record/PhoneRecord",
    "Oppo/media/audio/calls",
    "Recordings/Record/Call",  # vivo
    "Record/Call",
    "录音/通话录音",
    "Call",  # Samsung before 12
    "Recorder/call",  # Meizu
    "Audios/VoiceCall",  # Lenovo
    "Sound_recorder/PhoneRecord",
    "CallRecord",  # ZTE
    "Music/Sound recorder/Phone recorder",  # Motorola
    "PhoneRecord",  # Transsion
    "Music/PhoneRecord",
    "Music/Call Recordings",  # LineageOS 17-18
    "Recordings/Call recordings",  # LineageOS 19+
)
_MIXED: Final = (
    "record",  # Huawei, older
    "Record",  # the same, and Samsung
    "Sounds",
    "Recordings",
    "Music/Recordings",
    "录音",  # vivo
    "Recorder",  # Meizu
    "voice",  # ZTE
    "MIUI/sound_recorder",
)

KNOWN: Final[tuple[Folder, ...]] = (
    *(Folder(path=f"{SHARED}/{path}", use=FolderUse.CALLS) for path in _CALLS),
    *(Folder(path=f"{SHARED}/{path}", use=FolderUse.MIXED) for path in _MIXED),
)
"""Every vendor's, the likelier ones first."""


def with_configured(configured: Iterable[str]) -> tuple[Folder, ...]:
    """The shop's own folders, which hold calls by its word, and then the known ones; each path once.

    A relative path is below shared storage.

    Raises:
        ValueError: a path that holds NUL, a newline, `..` or a colon, or is longer than 512 bytes.
    """
    own = [Folder(path=canonical(path), use=FolderUse.CALLS) for path in configured]
    return tuple({folder.path: folder for folder in (*KNOWN, *own)}.values())


def canonical(path: str) -> str:
    """The one spelling of a folder's path.

    Raises:
        ValueError: as `with_configured`.
    """
    if any(sign in path for sign in "\0\n:") or ".." in path.split("/") or len(path.encode()) > _LONGEST or not path:
        raise ValueError("not a folder of call recordings")
    path = posixpath.normpath(path if path.startswith("/") else f"{SHARED}/{path}").replace("//", "/")
    for other in _OTHER_NAMES:
        if path == other or path.startswith(f"{other}/"):
            return SHARED + path[len(other) :]
    return path
