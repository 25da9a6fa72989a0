"""What leaves the daemon is masked, in the reader's language, and its offsets fit the text that is shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adb_bridge.recordings.names import read_name
from adb_bridge.records import (
    AbsentRecord,
    AdbState,
    CallRow,
    ContactRow,
    DeviceSerial,
    RawRecord,
    SmsRow,
    Source,
    UnreadableRow,
    Untrusted,
    UntrustedBytes,
)
from adb_bridge.rows import RecordingRow
from daemon.absence import finding, grouped
from daemon.api.texts import load_texts
from daemon.api.wire import AlertStatus, DeviceAvailability
from daemon.app import CATALOG
from daemon.archive.records import ArchivedAlert, ArchivedEnrolment, ArchivedEvent
from daemon.device_view import DeviceFacts, availability_of, device_view
from daemon.events import CollectedEvent
from daemon.normalise import normalise
from daemon.rights.sight import Form, Sight
from daemon.rules import engine_of
from daemon.views import CONTEXT_CHARACTERS, alert_view, event_view, revealed_view
from policies.model import Hit, How, Severity, Side, Subject, SubjectKind, Verdict
from tests.archive_kit import kept

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PHONE = DeviceSerial("SN1")
NUMBER = "13800000017"


def _gone(absent: AbsentRecord, last: CollectedEvent | None, device: DeviceSerial) -> CollectedEvent:
    (group,) = grouped((absent,))
    return finding(group, {} if last is None else {absent.source_key: kept(last)}, device)


@pytest.fixture(scope="module")
def en() -> Sight:
    return Sight(texts=load_texts("en", CATALOG), form=Form.FOLLOWED, people=None)


@pytest.fixture(scope="module")
def zh() -> Sight:
    return Sight(texts=load_texts("zh", CATALOG), form=Form.FOLLOWED, people=None)


def record(source: Source, row: SmsRow | CallRow | ContactRow | RecordingRow | UnreadableRow) -> CollectedEvent:
    return normalise(RawRecord(source=source, source_key="1", row=row, collected_at=NOW), PHONE)


def message(body: str | bytes | None, address: str = NUMBER) -> CollectedEvent:
    content = body.encode() if isinstance(body, str) else body
    row = SmsRow(
        provider_id=1, address=UntrustedBytes(address.encode()), date_ms=int(NOW.timestamp() * 1000), date_sent_ms=0,
        body=None if content is None else UntrustedBytes(content), type=1, thread_id=1, read=1, sub_id=1,
    )  # fmt: skip
    return record(Source.SMS, row)


def call(kind: int, seconds: int) -> CollectedEvent:
    row = CallRow(
        provider_id=1, number=Untrusted(NUMBER), date_ms=int(NOW.timestamp() * 1000), duration_s=seconds, type=kind,
        presentation=1, subscription_id=None, cached_name=None, last_modified_ms=None,
    )  # fmt: skip
    return record(Source.CALL_LOG, row)


def contact(name: str) -> CollectedEvent:
    row = ContactRow(
        provider_id=1, display_name=Untrusted(name), numbers=(Untrusted(NUMBER),), emails=(), note=None, updated_ms=None
    )
    return record(Source.CONTACTS, row)


def archived(event: CollectedEvent) -> ArchivedEvent:
    return ArchivedEvent(ledger_index=5, event=kept(event), conversation="cv_x", absent_since=None, replaced_by=None)


def test_a_message_is_masked_unless_revealed(en: Sight) -> None:
    text = f"我的电话 {NUMBER} 打给我"
    masked = event_view(archived(message(text)), en, spans=((0, 2),))
    assert NUMBER not in masked.body
    assert NUMBER not in masked.peer
    assert len(masked.body) == len(text)
    assert [(span.start, span.end) for span in masked.matched] == [(0, 2)]
    assert not masked.is_revealed
    revealed = revealed_view(archived(message(text)), en)
    assert revealed.body == text
    assert revealed.peer == NUMBER
    assert revealed.is_revealed


def test_masked_text_cannot_drive_a_terminal(en: Sight) -> None:
    shown = event_view(archived(message("a\x1b]52;c;AA==\x07b\u202ec\x9b31m")), en)
    assert not any(mark in shown.body for mark in "\x1b\x07\u202e\x9b")


@pytest.mark.parametrize(
    ("kind", "seconds", "english", "chinese"),
    [
        (2, 133, "outgoing call, 2 min 13 s", "呼出 2分13秒"),
        (1, 5, "incoming call, 5 s", "呼入 5秒"),
        (1, 3725, "incoming call, 1 h 2 min 5 s", "呼入 1小时2分5秒"),
        (2, 0, "outgoing call, not answered", "呼出 未接通"),
        (3, 0, "missed call", "未接来电"),
        (5, 0, "rejected call", "已拒接"),
        (99, 4, "call", "通话"),
        (2, 2**60, "outgoing call, not answered", "呼出 未接通"),
    ],
)
def test_calls_are_told_in_words(en: Sight, zh: Sight, kind: int, seconds: int, english: str, chinese: str) -> None:
    assert event_view(archived(call(kind, seconds)), en).body == english
    assert event_view(archived(call(kind, seconds)), zh).body == chinese


def test_contacts_show_neither_name_nor_number(en: Sight) -> None:
    view = event_view(archived(contact("王小明")), en)
    assert "小明" not in view.body
    assert "小明" not in view.peer
    assert NUMBER not in view.body
    assert view.body.startswith("王")
    assert revealed_view(archived(contact("王小明")), en).body == f"王小明 {NUMBER}"


@pytest.mark.parametrize(
    ("name", "body", "peer"),
    [
        ("王\n小明 备用", "王 小* 备*", "王*** 备*"),
        ("王 小 明", "王 * *", "王 * *"),
        ("王\u202e小明", "王***", "王***"),
    ],
)
def test_no_spelling_of_a_name_escapes_its_mask(en: Sight, name: str, body: str, peer: str) -> None:
    view = event_view(archived(contact(name)), en)
    assert view.body == f"{body} 138****0017"
    assert view.peer == peer


def test_a_word_in_the_place_of_a_number_is_masked(en: Sight) -> None:
    row = ContactRow(
        provider_id=1, display_name=Untrusted("王小明"), numbers=(Untrusted("微信 amy88"), Untrusted("10086")),
        emails=(), note=None, updated_ms=None,
    )  # fmt: skip
    assert event_view(archived(record(Source.CONTACTS, row)), en).body == "王** 微* a**** 10086"


@pytest.mark.parametrize(
    "name",
    ["周海涛(13800000017)_20240506192735.mp3", "周海涛(13800000017),李建国(13800000019)_20240506192735.mp3",
     "周海涛@13800000017_20240506192735.amr", "周海涛-2405061927.mp3", "通话录音 周海涛_240506_192735.m4a",
     "Call recording Zhouhaitao_240506_192735.m4a"],
)  # fmt: skip
def test_the_name_of_a_recording_names_nobody(en: Sight, name: str) -> None:
    claim = read_name(name)
    row = RecordingRow(
        folder=Untrusted("/sdcard/Call"),
        name=Untrusted(name),
        size_bytes=3,
        modified_s=1_714_994_855,
        pattern=claim.pattern,
        number=None if claim.number is None else Untrusted(claim.number),
        contact_name=None if claim.contact_name is None else Untrusted(claim.contact_name),
        direction=claim.direction,
        started_ms=None,
        precision_s=1,
        duration_ms=None,
        blob=None,
        problem=None,
    )
    view = event_view(archived(record(Source.RECORDINGS, row)), en)
    shown = " ".join([view.peer, view.body, *(one.name for one in view.attachments)])
    for secret in ("海涛", "建国", "haitao", "13800000017", "13800000019"):
        assert secret not in shown
    assert view.attachments[0].name.endswith(name.rpartition(".")[2])


def test_an_absence_says_what_is_gone_without_saying_who_did_it(en: Sight, zh: Sight) -> None:
    gone = _gone(AbsentRecord(source=Source.CONTACTS, source_key="1", noticed_at=NOW), contact("王小明"), PHONE)
    assert event_view(archived(gone), en).body == "contact 王** is no longer on the phone"
    assert "小明" not in event_view(archived(gone), zh).peer
    unknown = _gone(AbsentRecord(source=Source.SMS, source_key="1", noticed_at=NOW), None, PHONE)
    assert event_view(archived(unknown), zh).body == "一条消息已不在手机上"


def test_an_unreadable_row_is_shown_as_such(en: Sight) -> None:
    row = UnreadableRow(provider_id=1, reason="too_large", size_bytes=5_000_000)
    assert "could not be read" in event_view(archived(record(Source.SMS, row)), en).body


def alert(event: CollectedEvent, verdict: Verdict) -> ArchivedAlert:
    return ArchivedAlert(
        alert_id="al_x", ledger_index=6, verdict=verdict, status=AlertStatus.OPEN, raised_at=NOW, note=None,
        handled_by=None, handled_at=None, archived=archived(event),
    )  # fmt: skip


def verdict(*hits: Hit) -> Verdict:
    return Verdict(
        rule_id="r", rule_title={"en": "Kickback", "zh": "回扣"}, category="c", severity=Severity.HIGH, hits=hits,
        ruleset_version="p@1",
    )  # fmt: skip


def hit(start: int, end: int) -> Hit:
    return Hit(start=start, end=end, rule_id="r", word="回扣", category="c", severity=Severity.HIGH, how=How.EXACT)


def test_evidence_is_masked_and_points_at_the_word(en: Sight, zh: Sight) -> None:
    text = f"前面很长的一段话前面很长的一段话 电话{NUMBER}，回扣照旧，后面也是很长的一段话后面也是很长"
    start = text.index("回扣")
    view = alert_view(alert(message(text), verdict(hit(start, start + 2))), "王店员", zh)
    (evidence,) = view.evidence
    assert evidence.surface[evidence.start : evidence.end] == "回扣"
    assert evidence.start == CONTEXT_CHARACTERS
    assert len(evidence.surface) == 2 * CONTEXT_CHARACTERS + 2
    assert NUMBER not in evidence.surface
    assert NUMBER[3:7] not in evidence.surface
    assert view.title == "回扣"
    assert alert_view(alert(message(text), verdict(hit(start, start + 2))), None, en).title == "Kickback"


def test_evidence_of_a_hit_on_a_number_shows_the_mask(en: Sight) -> None:
    text = f"加我{NUMBER}"
    (evidence,) = alert_view(alert(message(text), verdict(hit(2, 13))), None, en).evidence
    assert evidence.surface[evidence.start : evidence.end] == "138****0017"


def test_evidence_of_an_absence_has_no_offsets(en: Sight) -> None:
    gone = _gone(AbsentRecord(source=Source.CONTACTS, source_key="1", noticed_at=NOW), contact("王小明"), PHONE)
    (evidence,) = alert_view(alert(gone, verdict()), None, en).evidence
    assert (evidence.start, evidence.end) == (0, 0)
    assert "小明" not in evidence.surface


def test_evidence_in_a_very_long_text_is_still_a_short_piece(en: Sight) -> None:
    start = 30_000
    text = "货" * start + "回扣"
    (evidence,) = alert_view(alert(message(text), verdict(hit(start, start + 2))), None, en).evidence
    assert evidence.surface == "货" * CONTEXT_CHARACTERS + "回扣"
    assert evidence.surface[evidence.start : evidence.end] == "回扣"


def test_many_hits_stay_bounded(en: Sight) -> None:
    text = "回扣" * 500
    hits = tuple(hit(2 * n, 2 * n + 2) for n in range(500))
    assert len(alert_view(alert(message(text), verdict(*hits)), None, en).evidence) == 20


def test_real_rules_and_real_masks_agree_on_offsets(zh: Sight) -> None:
    engine = engine_of(["retail-zh"])
    text = "王姐，这款别走公司账，加我微信 wx_cool88 或者 13800000017，回扣私下转给我"
    subject = Subject(kind=SubjectKind.MESSAGE, channel="sms", text=text, side=Side.STAFF)
    verdicts = engine.evaluate(subject)
    assert verdicts
    for one in verdicts:
        for evidence, found in zip(alert_view(alert(message(text), one), None, zh).evidence, one.hits, strict=True):
            shown, true = evidence.surface[evidence.start : evidence.end], text[found.start : found.end]
            assert len(shown) == len(true)
            assert all(a in {b, "*"} for a, b in zip(shown, true, strict=True))


def test_availability_tells_lately_from_long_ago() -> None:
    assert availability_of(AdbState.DEVICE, None, NOW) is DeviceAvailability.ONLINE
    assert availability_of(AdbState.UNAUTHORIZED, None, NOW) is DeviceAvailability.IDLE
    assert availability_of(None, NOW - timedelta(minutes=5), NOW) is DeviceAvailability.IDLE
    assert availability_of(None, NOW - timedelta(hours=5), NOW) is DeviceAvailability.OFFLINE
    assert availability_of(None, NOW - timedelta(days=8), NOW) is DeviceAvailability.MISSING
    assert availability_of(AdbState.OFFLINE, None, NOW) is DeviceAvailability.MISSING


def test_attributes_from_an_odd_phone_do_not_break_the_view(en: Sight) -> None:
    odd = replace(call(2, 5), attributes='{"type": "x", "duration_s": [1]}')
    assert event_view(archived(odd), en).body == "call"


@pytest.mark.parametrize(("had_wireless", "says"), [(True, "switches itself off"), (False, "USB debugging")])
def test_an_absent_phone_says_how_it_comes_back(en: Sight, had_wireless: bool, says: str) -> None:  # noqa: FBT001
    enrolment = ArchivedEnrolment(
        ledger_index=0,
        serial=PHONE,
        employee="Wang",
        notice_version="1",
        notice_sha256="0" * 64,
        notice_text="",
        acknowledged_by="Wang",
        acknowledged_at=NOW,
        enrolled_by="owner",
        enrolled_at=NOW,
        scope=("sms",),
        ended_at=None,
        ended_by=None,
        end_reason=None,
    )
    facts = DeviceFacts(
        serial=PHONE, enrolment=enrolment, record=None, live=None, counts=None, had_wireless=had_wireless
    )
    advice = device_view(facts, NOW, en.texts).connect_advice
    assert advice is not None
    assert says in advice
    assert ("Wireless debugging: turn it on" in advice) is had_wireless
