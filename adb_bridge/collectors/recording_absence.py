"""Recordings that were there and are not listed any more. Rules: see `recordings`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from ..recordings.folders import SHARED, Folder
from ..records import AbsenceDoubt, AbsentRecord, Source
from ..session import Session
from ..sync_files import FileRefusal
from .recording_look import Look, folder_part, missing_folders, part_of
from .recording_place import RecordingsPlace

_NO_DOUBT: Final = ""


async def find_absent(
    session: Session,
    folders: Sequence[Folder],
    seen: Look,
    place: RecordingsPlace,
    *,
    archived: frozenset[str],
    now: datetime,
) -> tuple[tuple[AbsentRecord, ...], RecordingsPlace]:
    """Everything known that one look does not hold, at once, and the place after telling it. A doubtful absence is
    told once. Keys of folders that are not looked into (the shop named them no longer) are left alone.

    Args:
        archived: Keys beside those of the place.

    Raises:
        As `look`.
    """
    by_part = {part_of(folder): folder for folder in folders}
    missing: dict[str, set[str]] = {}
    for key in place.marks.keys() | archived:
        if key not in seen.files and folder_part(key) in by_part and folder_part(key) not in seen.skipped:
            missing.setdefault(folder_part(key), set()).add(key)
    doubts: dict[str, str] = {}
    unlisted = [by_part[part] for part in missing if part not in seen.entries]
    reasons = await missing_folders(session, unlisted) if unlisted else {}
    for part, keys in missing.items():
        if part in seen.entries:
            doubt = _NO_DOUBT if part in seen.complete else AbsenceDoubt.PARTIAL_READ.value
            keys -= seen.keys_of(part)
        else:
            is_gone = reasons.get(part) is FileRefusal.GONE and by_part[part].path.startswith(f"{SHARED}/")
            doubt = _NO_DOUBT if is_gone else AbsenceDoubt.PARTIAL_READ.value
        doubts |= dict.fromkeys(keys, doubt)
    told = {key: doubt for key, doubt in doubts.items() if doubt == _NO_DOUBT or place.doubted.get(key) != doubt}
    still = {key: doubt for key, doubt in doubts.items() if doubt != _NO_DOUBT}
    still |= {key: doubt for key, doubt in place.doubted.items() if folder_part(key) in seen.skipped}
    if not told and still == place.doubted:
        return (), place
    gone = frozenset(key for key, doubt in told.items() if doubt == _NO_DOUBT)
    present_at = None if place.passed_at_s is None else datetime.fromtimestamp(place.passed_at_s, UTC)
    absent = tuple(
        AbsentRecord(
            source=Source.RECORDINGS,
            source_key=key,
            noticed_at=now,
            present_at=present_at,
            doubts=frozenset({AbsenceDoubt(doubt)}) if doubt != _NO_DOUBT else frozenset(),
        )
        for key, doubt in sorted(told.items())
    )
    return absent, place.without(gone, doubted=still)
