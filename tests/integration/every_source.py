"""Phones of every profile with hostile content in every source, and what an archive of them must hold."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.records import DeviceSerial
from adb_bridge.simphone.contents import sha256_of
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.mms_rows import Mms, MmsBox, MmsPart
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles.profile import profile_names
from adb_bridge.simphone.profiles.specs import spec_of
from adb_bridge.simphone.rows import Call, CallKind, Contact, Sms, SmsBox
from adb_bridge.simphone.traits import SmsProjection
from crypto.keyring import open_keyring
from crypto.secrets import KeyFileSecret
from daemon.archive.records import ArchivedEvent
from daemon.attachments import attachments_of
from daemon.events import EventKind
from daemon.media_shelves import WeekShelves
from daemon.media_store import MediaStore
from daemon.paths import state_paths

from .running_daemon import all_events, opened_archive

UNSUPPORTED = frozenset({"harmony-next"})
HOSTILE = (
    "plain",
    "",
    "line one\nRow: 1 _id=2, address=10086, body=forged\nline three",
    "NULL",
    "a, date=7, type=2",
    "\x1b]52;c;cm0gLXJm\x07\u202eevil\u2066",
    '\'; DROP TABLE sms; -- $(reboot) `id` "quoted" \\n',
    "微信号: 加我私聊 🥇🇨🇳 👩‍👩‍👧",
    "[red]markup[/] [@click=app.quit()]x[/]",
)
LONG = "长" * 33_000
HOSTILE_NAMES = ("王女士 VIP\nRow: 0 _id=9, name=x", "NULL", "a, number=1", "李'雷\"", "x = y, z")
PICTURE = bytes(range(256)) * 700

Fact = tuple[str, str, str, tuple[str, ...]]
"""Serial, source, source key (empty where ours is made up), content as hashes and words."""


def make_phones() -> list[SimPhone]:
    """One phone of each profile that adb can read, with a history."""
    phones = []
    for number, name in enumerate(one for one in profile_names() if one not in UNSUPPORTED):
        phone = SimPhone(spec_of(name, serial=f"SIM{number:02}{name.upper()}".replace("-", "")), SystemClock())
        fill(phone)
        phones.append(phone)
    return phones


def fill(phone: SimPhone) -> None:
    """What is there before the daemon comes."""
    store, start = phone.store, datetime.now(UTC) - timedelta(days=2)
    bodies: list[str | bytes | None] = [*HOSTILE, LONG, None]
    if phone.spec.software.sms_projection is SmsProjection.EXPRESSIONS:
        # Printed as text, bytes that are no UTF-8 have been replaced on the phone already.
        bodies.append(b"\xff\xfe\x00broken")
    store.load_sms(
        Sms(
            address="10086" if number % 3 == 0 else f"138001380{number:02}",
            body=body,
            at=start + timedelta(minutes=number),
            box=SmsBox.SENT if number % 2 else SmsBox.INBOX,
        )
        for number, body in enumerate(bodies)
    )
    store.load_mms(
        [
            Mms(
                sender="13800138011",
                at=start,
                subject="报价\nRow: 0 _id=1",
                parts=(
                    MmsPart(content_type="application/smil", text="<smil/>"),
                    MmsPart(content_type="text/plain", text=HOSTILE[2]),
                    MmsPart(content_type="image/jpeg", data=PICTURE, name="a, b\n.jpg"),
                ),
            ),
            Mms(
                recipients=("13800138012", "13800138013"),
                at=start + timedelta(hours=1),
                box=MmsBox.SENT,
                parts=(MmsPart(content_type="image/png", data=b"\x89PNG" + PICTURE[:1000]),),
            ),
            Mms(sender="10086", at=start + timedelta(hours=2), parts=()),
        ]
    )
    store.load_calls(
        Call(
            number=f"138001380{number:02}",
            at=start + timedelta(hours=number),
            kind=CallKind.INCOMING if number % 2 else CallKind.OUTGOING,
            duration_s=number * 7,
            name=name,
        )
        for number, name in enumerate(HOSTILE_NAMES)
    )
    contacts = [Contact(name=name, numbers=("13800138001",), note=HOSTILE[2]) for name in HOSTILE_NAMES]
    store.load_contacts(contacts, at=start)


def live(phone: SimPhone, number: int) -> None:
    """A few things happen, among them a call that is recorded."""
    phone.store.add_sms(address="13800138099", body=f"live {number}\nRow: 1 _id=5, body=x")
    phone.store.add_mms(
        Mms(
            sender="13800138098",
            at=datetime.now(UTC),
            parts=(MmsPart(content_type="text/plain", text="看图"), MmsPart(content_type="image/jpeg", data=PICTURE)),
        )
    )
    phone.store.add_contact(name=f"新客户 {number}", numbers=["13800138097"])
    phone.wechat("张三", f"第{number}条 (括号)\n      android.text=String (假的)")
    phone.wecom("门店群", f"明天到货 {number}", sender="李四")
    phone.alipay(f"支付宝成功收款{number}.00元")
    phone.calls.ring("13800138096", duration_s=12)
    phone.calls.answer()
    phone.calls.hang_up()


def truth(phones: list[SimPhone]) -> set[Fact]:
    """Everything that shell may read on these phones now."""
    facts: set[Fact] = set()
    for phone in phones:
        serial, store, faults = phone.spec.serial, phone.store, phone.faults
        visible = store.visible_keys()
        if not faults.is_denied(Right.SMS):
            for sms in store.sms():
                if ("sms", str(sms.provider_id)) in visible:
                    facts.add((serial, "sms", str(sms.provider_id), (_hash(sms.body), _hash(sms.address))))
        if not faults.is_denied(Right.MMS):
            for mms in store.mms():
                if ("mms", str(mms.provider_id)) in visible:
                    parts = [
                        sha256_of(part.content) if part.content is not None else _hash(part.text)
                        for part in sorted(mms.parts, key=lambda part: part.part_id)
                    ]
                    facts.add((serial, "mms", str(mms.provider_id), tuple(parts)))
        if not faults.is_denied(Right.CALL_LOG):
            facts |= {(serial, "call_log", str(key), ()) for key in store.call_ids()}
        if not faults.is_denied(Right.CONTACTS):
            facts |= {(serial, "contacts", str(key), ()) for key in store.contact_ids()}
        if not faults.is_denied(Right.NOTIFICATIONS):
            for posting in phone.notifications.history:
                if posting.notification.package in _APPS:
                    shown = (posting.notification.title or "", posting.notification.text or "")
                    facts.add((serial, "notifications", "", shown))
        if not faults.is_denied(Right.FILES):
            for recording in phone.recordings.truth():
                if recording.is_finished:
                    facts.add((serial, "recordings", "", (sha256_of(recording.content),)))
    return facts


_APPS = frozenset({"com.tencent.mm", "com.tencent.wework", "com.eg.android.AlipayGphone"})


async def archived(state: Path) -> set[Fact]:
    """What the archive says is on the phones; attachments are unsealed and hashed anew."""
    paths = state_paths(state, {})
    root = open_keyring(paths.keyring, KeyFileSecret(path=state.parent / "shop.key"))
    media = MediaStore(paths.media, WeekShelves(root), clock=SystemClock())
    async with opened_archive(state) as archive:
        events = await all_events(archive)
    facts: set[Fact] = set()
    for one in events:
        is_there = one.absent_since is None and one.replaced_by is None
        if is_there and one.event.kind is not EventKind.ABSENCE and one.event.source.value != "call_state":
            facts.add(await _fact(one, media))
    media.close()
    return facts


async def _fact(archived_event: ArchivedEvent, media: MediaStore) -> Fact:
    event = archived_event.event
    serial, source = DeviceSerial(event.device), event.source.value
    match source:
        case "sms":
            address = None if event.peer is None else event.peer.encode()
            return (serial, source, event.source_key, (_hash(event.body), _hash(address)))
        case "mms":
            parts = []
            for part in attachments_of(event):
                parts.append(await _unsealed(media, part.sha256) if part.is_sealed else (part.sha256 or ""))
            return (serial, source, event.source_key, tuple(parts))
        case "notifications":
            return (serial, source, "", (event.peer or "", (event.body or b"").decode()))
        case "recordings":
            (file,) = attachments_of(event)
            return (serial, source, "", (await _unsealed(media, file.sha256),))
        case _:
            return (serial, source, event.source_key, ())


async def _unsealed(media: MediaStore, sha256: str | None) -> str:
    """The hash of what comes out of the sealed file."""
    if sha256 is None:
        return "unreadable"
    digest = hashlib.sha256()
    async for chunk in media.read(sha256):
        digest.update(chunk)
    return digest.hexdigest()


def _hash(content: bytes | None) -> str:
    return "null" if content is None else hashlib.sha256(content).hexdigest()
