"""Who looked at records of a person, from the audit.

An entry names a phone (`device=…`), the first twenty records, and how many there were. Where it names no phone and more
records than it lists, nobody can tell any more whose they were: such entries are told as possible.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from ..api.me import Look
from ..archive.archive import Archive
from ..archive.records import ArchivedAudit
from ..archive.subjects import EmployeeSubject

_PAGE: Final = 10_000
_MOST_AUDITED: Final = 200_000
_MOST_LOOKS: Final = 1_000
LOOKING: Final = frozenset(
    {
        "events.search",
        "events.reveal",
        "attachments.open",
        "timeline.read",
        "timeline.reveal",
        "proof.reveal",
        "requests.copy",
        "export.fetch",
    }
)
"""Actions that show records to somebody."""
_EVENT: Final = re.compile(r"\bev_[a-z2-7]{26}\b")
_DEVICE: Final = re.compile(r"\bdevice=(\S+)")
_COUNT: Final = re.compile(r"\bcount=(\d+)")


async def looks_at_employee(archive: Archive, employee: str) -> tuple[Look, ...]:
    """Newest first, at most 1,000 of the last 200,000 entries of the audit. Raises what the archive raises."""
    subject = EmployeeSubject(name=employee)
    enrolments = [one for one in await archive.enrolments() if one.employee == employee]
    if not enrolments:
        return ()
    event_ids = await archive.subjects.event_ids(subject)
    devices = {one.serial for one in enrolments}
    since = min(one.enrolled_at for one in enrolments)
    return looks_at(await _audit(archive), event_ids=event_ids, devices=devices, since=since)[:_MOST_LOOKS]


async def _audit(archive: Archive) -> list[ArchivedAudit]:
    entries: list[ArchivedAudit] = []
    before: int | None = None
    while len(entries) < _MOST_AUDITED:
        page = await archive.audit_entries(limit=_PAGE, before=before)
        entries += page
        if len(page) < _PAGE:
            break
        before = page[-1].audit_id
    return entries


def looks_at(
    entries: Iterable[ArchivedAudit],
    *,
    event_ids: Collection[str],
    devices: Collection[str],
    since: datetime | None,
) -> tuple[Look, ...]:
    """In the order of the entries. `devices`: phones that only this person had while the records were collected."""
    found: list[Look] = []
    for entry in entries:
        if entry.action not in LOOKING or (since is not None and entry.at < since):
            continue
        certainty = _certainty(entry.target, event_ids, devices)
        if certainty is not None:
            found.append(
                Look(
                    at=entry.at,
                    actor=entry.actor,
                    role=entry.role,
                    action=entry.action,
                    reason=entry.reason,
                    is_certain=certainty,
                    audit_id=entry.audit_id,
                    ledger_index=entry.ledger_index,
                )
            )
    return tuple(found)


def _certainty(target: str, event_ids: Collection[str], devices: Collection[str]) -> bool | None:
    """True: theirs; False: perhaps; None: not theirs."""
    named = _EVENT.findall(target)
    if any(one in event_ids for one in named):
        return True
    count = _COUNT.search(target)
    shown = len(named) if count is None else int(count[1])
    if shown <= len(named):
        return None
    device = _DEVICE.search(target)
    if device is None:
        return False
    return True if device[1] in devices else None
