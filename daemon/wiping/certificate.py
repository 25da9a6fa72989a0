"""What was done in a wipe, as it stays in the ledger: the order, the phone, the evidence, and what followed."""

from datetime import datetime
from typing import Final

import msgspec

from adb_bridge.verbs.wipe_imprint import Imprint, MarkState

from ..archive.records import ArchivedCommand
from .story import ReadyFacts

SCHEMA: Final = 1


class WipeEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from the phone, before and after."""

    started_anew: bool
    """Another boot id than before."""
    new_install_id: bool
    """Another `android_id` than before."""
    marks_planted: int
    marks_gone: int
    in_test_harness: bool
    messages_before: bool | None
    messages_after: bool | None
    apps_before: int | None
    """Apps that are not part of the system."""
    apps_after: int | None


class WipeCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """Kept as JSON in the ledger."""

    schema: int
    command_id: str
    device: str
    model: str
    employee: str | None
    requested_by: str
    requested_at: datetime
    reason: str
    approved_by: str | None
    approved_at: datetime | None
    was_read_before: bool
    """Everything was read once more; False: the reason says why not."""
    route: str
    ordered_at: datetime
    verified_at: datetime
    evidence: WipeEvidence
    is_locked_anew: bool
    holds: tuple[str, ...]
    """Legal holds in force on the phone's records at that time."""


def evidence_of(ready: ReadyFacts, after: Imprint) -> WipeEvidence:
    """From two looks at the phone."""
    before = ready.before
    planted = [place for place, state in before.marks.items() if state is MarkState.THERE]
    return WipeEvidence(
        started_anew=before.boot_id is not None and after.boot_id is not None and before.boot_id != after.boot_id,
        new_install_id=before.install_mark is not None
        and after.install_mark is not None
        and before.install_mark != after.install_mark,
        marks_planted=len(planted),
        marks_gone=sum(after.marks[place] is MarkState.GONE for place in planted),
        in_test_harness=after.is_test_harness,
        messages_before=before.has_messages,
        messages_after=after.has_messages,
        apps_before=None if before.packages is None else len(before.packages),
        apps_after=None if after.packages is None else len(after.packages),
    )


def written(certificate: WipeCertificate) -> str:
    """As the ledger keeps it."""
    return msgspec.json.encode(certificate, order="sorted").decode()


def read(text: str) -> WipeCertificate:
    """From the ledger. msgspec.MsgspecError."""
    return msgspec.json.decode(text, type=WipeCertificate)


def draft(
    command: ArchivedCommand,
    *,
    ready: ReadyFacts,
    after: Imprint,
    employee: str | None,
    approved: tuple[str, datetime] | None,
    ordered_at: datetime,
    verified_at: datetime,
    locked: str,
    holds: tuple[str, ...],
) -> WipeCertificate:
    """`locked`: the code of the stage LOCKED, `ok` when the phone has its new PIN."""
    return WipeCertificate(
        schema=SCHEMA,
        command_id=command.command_id,
        device=command.device,
        model=ready.before.model,
        employee=employee,
        requested_by=command.requested_by,
        requested_at=command.requested_at,
        reason=command.reason,
        approved_by=None if approved is None else approved[0],
        approved_at=None if approved is None else approved[1],
        was_read_before=ready.is_read,
        route=ready.route.value,
        ordered_at=ordered_at,
        verified_at=verified_at,
        evidence=evidence_of(ready, after),
        is_locked_anew=locked == "ok",
        holds=holds,
    )
