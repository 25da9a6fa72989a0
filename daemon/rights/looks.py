"""Who looked at records of a person, from the audit. Pure.

An entry names a phone (`device=…`), the first twenty records, and how many there were. Where it names no phone and more
records than it lists, nobody can tell any more whose they were: such entries are told as possible.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from ..api.me import Look
from ..archive.records import ArchivedAudit

LOOKING: Final = frozenset(
    {
        "events.search",
        "events.reveal",
        "attachments.open",
        "backtrack",
        "conversation.read",
        "requests.copy",
        "exports.make",
        "export.ask",
        "export.decide",
        "export.download",
        "timeline.read",
    }
)
"""Actions that show records to somebody."""
_EVENT: Final = re.compile(r"\bev_[a-z2-7]{26}\b")
_DEVICE: Final = re.compile(r"\bdevice=(\S+)")
_COUNT: Final = re.compile(r"\bcount=(\d+)")


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
