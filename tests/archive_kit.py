"""What archive tests share: a root key without Argon2, a clock, phones' rows, verdicts. All people are invented."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adb_bridge.records import AbsentRecord, Cursor, DeviceSerial, RawRecord, SmsRow, Source, UntrustedBytes
from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring, write_keyring
from crypto.keys import RootKey, StoreId
from crypto.secrets import KeyFileSecret, create_key_file
from crypto.vault_keys import VaultKeys
from daemon.absence import finding, grouped
from daemon.archive.archive import Archive, ArchiveSettings, tokens_of
from daemon.archive.drafts import EnrolmentDraft
from daemon.archive.identifiers import event_id
from daemon.archive.transaction import Tokens
from daemon.events import CollectedEvent, Event, EventId, Ingest, JudgedEvent, KeptEvent
from daemon.normalise import normalise
from policies.model import Hit, How, Severity, Verdict

PHONE = DeviceSerial("SIM0001")
OTHER_PHONE = DeviceSerial("SIM0002")
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ALL_SOURCES = tuple(source.value for source in Source)


class StepClock:
    """Wall time that a test sets; monotonic time that runs with it."""

    def __init__(self, start: datetime = NOON) -> None:
        self.moment = start

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - NOON).total_seconds()

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def whole_text(event: Event) -> str:
    """What an asker sees who may see all."""
    return event.text


def root_key(seed: int = 7) -> RootKey:
    return RootKey(bytes([seed]) * 32, store_id=StoreId(f"{seed:032x}"), generation=1)


def vault_keys(directory: Path, root: RootKey | None = None) -> VaultKeys:
    """The keyring beside an archive, made at the first call; its standing keys are those of `root`."""
    root = root or root_key()
    path = directory / f"keys-{root.store_id[-4:]}.json"
    secret = KeyFileSecret(path.with_suffix(".key"))
    if not path.exists():
        return write_keyring(path, root, create_key_file(secret.path))
    return open_keyring(path, secret)


def head_log(directory: Path) -> HeadLog:
    return HeadLog(directory / "heads.log")


def open_archive(
    directory: Path,
    *,
    clock: StepClock | None = None,
    root: RootKey | None = None,
    keys: VaultKeys | None = None,
    settings: ArchiveSettings | None = None,
    mode: OpenMode | None = None,
) -> Archive:
    path = directory / "archive.db"
    return Archive.open(
        path,
        keys or vault_keys(directory, root),
        clock=clock or StepClock(),
        heads=head_log(directory),
        mode=mode or (OpenMode.READ_WRITE if path.exists() else OpenMode.CREATE),
        settings=settings or ArchiveSettings(head_interval_s=0.0),
    )


@contextlib.asynccontextmanager
async def archive_in(
    directory: Path,
    *,
    clock: StepClock | None = None,
    settings: ArchiveSettings | None = None,
    enrolled: Sequence[DeviceSerial] = (PHONE,),
) -> AsyncIterator[Archive]:
    archive = open_archive(directory, clock=clock, settings=settings)
    try:
        for serial in enrolled:
            if await archive.enrolment(serial) is None:
                await archive.add_enrolment(enrolment(serial))
        yield archive
    finally:
        await archive.close()


def enrolment(serial: DeviceSerial = PHONE, *, scope: tuple[str, ...] = ALL_SOURCES) -> EnrolmentDraft:
    return EnrolmentDraft(
        serial=serial,
        employee="林小雨",
        notice_version="2026-05",
        notice_text="本机为门店工作手机，短信与通话会被存档。",
        acknowledged_by="林小雨",
        acknowledged_at=NOON,
        enrolled_by="owner",
        scope=scope,
    )


def sms_record(
    key: int,
    body: bytes | None = "您好，周末有空来店里看看吗".encode(),
    *,
    address: bytes | None = b"13800000017",
    at: datetime = NOON,
    kind: int = 1,
) -> RawRecord:
    return RawRecord(
        source=Source.SMS,
        source_key=str(key),
        row=SmsRow(
            provider_id=key,
            address=None if address is None else UntrustedBytes(address),
            body=None if body is None else UntrustedBytes(body),
            date_ms=round(at.timestamp() * 1000),
            date_sent_ms=0,
            type=kind,
            thread_id=1,
            read=0,
            sub_id=1,
        ),
        collected_at=at,
    )


def sms(
    key: int, body: bytes | None = "您好".encode(), *, device: DeviceSerial = PHONE, **said: object
) -> CollectedEvent:
    return normalise(sms_record(key, body, **said), device)  # type: ignore[arg-type]


def absence(last: CollectedEvent, *, at: datetime = NOON) -> CollectedEvent:
    absent = AbsentRecord(source=last.source, source_key=last.source_key, noticed_at=at)
    (group,) = grouped((absent,))
    return finding(group, {last.source_key: kept(last)}, last.device)


TOKENS = tokens_of(root_key())


def id_of(event: CollectedEvent, tokens: Tokens = TOKENS) -> EventId:
    """What an archive of `root_key()`, or of `tokens`, calls it."""
    return event_id(tokens.of_row(event.token))


def kept(event: CollectedEvent) -> KeptEvent:
    """As an archive of `root_key()` gives it back."""
    said = {one.name: getattr(event, one.name) for one in fields(Event)}
    return KeptEvent(event_id=id_of(event), **said)


def verdict(rule_id: str = "kickback.cash", *, severity: Severity = Severity.HIGH, start: int = 0) -> Verdict:
    hit = Hit(
        start=start, end=start + 2, rule_id=rule_id, word="回扣", category="fraud", severity=severity, how=How.EXACT
    )
    return Verdict(
        rule_id=rule_id,
        rule_title={"en": "Kickback", "zh": "回扣"},
        category="fraud",
        severity=severity,
        hits=(hit,),
        ruleset_version="retail-zh@1+00000000",
    )


def ingest_of(
    events: Sequence[CollectedEvent],
    *,
    cursor: str = "c1",
    device: DeviceSerial = PHONE,
    source: Source = Source.SMS,
    verdicts: Sequence[Verdict] = (),
    absent_keys: tuple[str, ...] = (),
    is_caught_up: bool = True,
) -> Ingest:
    return Ingest(
        device=device,
        source=source,
        judged=tuple(JudgedEvent(event=event, verdicts=tuple(verdicts)) for event in events),
        absent_keys=absent_keys,
        cursor=Cursor(cursor),
        is_caught_up=is_caught_up,
    )
