"""Raw records to events."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.records import (
    AbsenceDoubt,
    AbsentRecord,
    CallRow,
    ContactRow,
    DeviceSerial,
    RawRecord,
    SmsRow,
    Source,
    UnreadableRow,
    Untrusted,
)
from adb_bridge.records import UntrustedBytes as Bytes
from daemon.absence import SAMPLE, facts_of, finding, grouped, keys_to_look_up, present_at, subject_kind
from daemon.events import CollectedEvent, Direction, EventKind
from daemon.normalise import normalise
from policies.model import SubjectKind
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, kept, sms, sms_record


def _gone(absent: AbsentRecord, last: CollectedEvent | None, device: DeviceSerial) -> CollectedEvent:
    (group,) = grouped((absent,))
    return finding(group, {} if last is None else {absent.source_key: kept(last)}, device)


def call(**fields: object) -> RawRecord:
    row = CallRow(
        provider_id=9,
        number=Untrusted("13800000017"),
        date_ms=round(NOON.timestamp() * 1000),
        duration_s=75,
        type=2,
        presentation=1,
        subscription_id=None,
        cached_name=Untrusted("陈先生"),
        last_modified_ms=None,
    )
    return RawRecord(
        source=Source.CALL_LOG,
        source_key="9",
        row=replace(row, **fields),  # type: ignore[arg-type]
        collected_at=NOON,
    )


def contact(**fields: object) -> RawRecord:
    row = ContactRow(
        provider_id=3,
        display_name=Untrusted("王女士"),
        numbers=(Untrusted("138 0000 0017"), Untrusted("0755-82000000")),
        emails=(),
        note=None,
        updated_ms=None,
    )
    return RawRecord(
        source=Source.CONTACTS,
        source_key="3",
        row=replace(row, **fields),  # type: ignore[arg-type]
        collected_at=NOON,
    )


def test_a_received_message() -> None:
    event = normalise(sms_record(41, "回扣怎么算".encode(), at=NOON), PHONE)
    assert (event.kind, event.direction, event.source_key) == (EventKind.MESSAGE, Direction.IN, "41")
    assert (event.peer, event.peer_key) == ("13800000017", "+8613800000017")
    assert (event.body, event.text) == ("回扣怎么算".encode(), "回扣怎么算")
    assert event.occurred_at == NOON
    assert len(event.token) == 16


def test_bytes_are_kept_and_text_is_decoded_with_replacement() -> None:
    event = normalise(sms_record(1, b"\xff\xfe\x00ok\xed\xa0\x80"), PHONE)
    assert event.body == b"\xff\xfe\x00ok\xed\xa0\x80"
    assert "ok" in event.text
    assert "\ufffd" in event.text


@pytest.mark.parametrize(("body", "text"), [(None, ""), (b"", "")])
def test_null_and_empty_bodies_are_told_apart(body: bytes | None, text: str) -> None:
    event = normalise(sms_record(1, body), PHONE)
    assert event.body == body
    assert event.text == text
    assert sms(1, None).token != sms(1, b"").token


def test_the_id_depends_on_what_was_said_and_not_on_what_the_phone_changes_later() -> None:
    first = sms_record(5)
    assert isinstance(first.row, SmsRow)
    read_later = replace(first, row=replace(first.row, read=1, thread_id=8, date_sent_ms=5), collected_at=NOON)
    assert normalise(read_later, PHONE).token == normalise(first, PHONE).token
    edited = replace(first, row=replace(first.row, body=Bytes(b"other")))
    others = {
        normalise(edited, PHONE).token,
        normalise(first, OTHER_PHONE).token,
        normalise(replace(first, source_key="6"), PHONE).token,
        normalise(first, PHONE).token,
    }
    assert len(others) == 4


@pytest.mark.parametrize("claimed_ms", [0, -1, 915_148_799_000, 2**70, round(NOON.timestamp() * 1000) + 86_400_001])
def test_a_time_that_cannot_be_is_not_believed_but_kept(claimed_ms: int) -> None:
    record = sms_record(1)
    assert isinstance(record.row, SmsRow)
    event = normalise(replace(record, row=replace(record.row, date_ms=claimed_ms)), PHONE)
    assert event.occurred_at == NOON
    assert int(json.loads(event.attributes)["claimed_ms"]) == claimed_ms


def test_a_phone_an_hour_ahead_is_believed() -> None:
    event = normalise(replace(sms_record(1, at=NOON + timedelta(hours=1)), collected_at=NOON), PHONE)
    assert event.occurred_at == NOON + timedelta(hours=1)
    assert "claimed_ms" not in json.loads(event.attributes)


def test_a_call_keeps_its_figures_in_attributes_and_speaks_no_language() -> None:
    event = normalise(call(), PHONE)
    assert (event.kind, event.direction, event.text, event.body) == (EventKind.CALL, Direction.OUT, "", None)
    attributes = json.loads(event.attributes)
    assert (attributes["type"], attributes["duration_s"]) == (2, 75)
    assert event.peer_key == "+8613800000017"
    renamed = normalise(call(cached_name=Untrusted("客户陈"), last_modified_ms=77), PHONE)
    assert renamed.token == event.token


@pytest.mark.parametrize("fields", [{"number": Untrusted("-2")}, {"presentation": 2}, {"number": None}])
def test_a_hidden_caller_is_nobody(fields: dict[str, object]) -> None:
    assert normalise(call(**fields), PHONE).peer_key is None


def test_a_contact_has_names_and_numbers_as_text() -> None:
    event = normalise(contact(), PHONE)
    assert event.text == "王女士\n138 0000 0017\n0755-82000000"
    assert event.body == event.text.encode()
    assert event.peer_key == "+8613800000017"
    assert json.loads(event.attributes)["numbers"] == ["138 0000 0017", "0755-82000000"]


def test_the_order_of_numbers_is_the_providers_whim() -> None:
    numbers = (Untrusted("0755-82000000"), Untrusted("138 0000 0017"))
    assert normalise(contact(numbers=numbers), PHONE).token == normalise(contact(), PHONE).token
    assert normalise(contact(note=Untrusted("VIP")), PHONE).token != normalise(contact(), PHONE).token


def test_a_contact_without_anything() -> None:
    event = normalise(contact(display_name=None, numbers=()), PHONE)
    assert (event.peer, event.peer_key, event.text) == (None, None, "")


def test_lone_surrogates_cannot_reach_the_archive() -> None:
    event = normalise(contact(display_name=Untrusted("a\ud800b"), note=Untrusted("\udfff")), PHONE)
    (event.text + (event.peer or "") + event.attributes).encode()


def test_an_unreadable_row_is_an_event_that_says_so() -> None:
    row = UnreadableRow(provider_id=8, reason="too_large", size_bytes=3_000_000)
    event = normalise(RawRecord(source=Source.SMS, source_key="8", row=row, collected_at=NOON), PHONE)
    assert (event.kind, event.body) == (EventKind.MESSAGE, None)
    assert json.loads(event.attributes) == {"size_bytes": 3_000_000, "unreadable": "too_large"}


def test_an_absence_repeats_the_words_and_is_new_each_time() -> None:
    last = sms(4, "转我微信".encode())
    first = _gone(AbsentRecord(source=Source.SMS, source_key="4", noticed_at=NOON), last, PHONE)
    later_at = NOON + timedelta(seconds=1)
    later = _gone(AbsentRecord(source=Source.SMS, source_key="4", noticed_at=later_at), last, PHONE)
    assert (first.kind, first.text, first.peer_key) == (EventKind.ABSENCE, "转我微信", last.peer_key)
    assert json.loads(first.attributes)["last_event_id"] == kept(last).event_id
    assert first.token != later.token
    unknown = _gone(AbsentRecord(source=Source.SMS, source_key="4", noticed_at=NOON), None, PHONE)
    assert (unknown.text, unknown.peer, unknown.attributes) == ("", None, '{"last_kind":"message"}')


@given(
    body=st.none() | st.binary(max_size=200),
    address=st.none() | st.binary(max_size=40),
    date_ms=st.integers(),
    kind=st.integers(),
    read=st.none() | st.integers(),
)
def test_any_row_gives_an_event_and_the_same_one_again(
    body: bytes | None, address: bytes | None, date_ms: int, kind: int, read: int | None
) -> None:
    row = SmsRow(
        provider_id=1,
        address=None if address is None else Bytes(address),
        body=None if body is None else Bytes(body),
        date_ms=date_ms,
        date_sent_ms=date_ms,
        type=kind,
        thread_id=read,
        read=read,
        sub_id=None,
    )
    record = RawRecord(source=Source.SMS, source_key="1", row=row, collected_at=NOON)
    event = normalise(record, PHONE)
    assert event == normalise(record, PHONE)
    assert event.body == body
    assert event.occurred_at.year >= 2000
    json.loads(event.attributes)
    event.text.encode()


def _vanished(keys: range, *doubts: AbsenceDoubt) -> list[AbsentRecord]:
    return [
        AbsentRecord(
            source=Source.SMS,
            source_key=str(key),
            noticed_at=NOON,
            present_at=NOON - timedelta(minutes=key),
            doubts=frozenset(doubts),
        )
        for key in keys
    ]


def test_a_bulk_is_one_finding_with_its_window() -> None:
    (group,) = grouped(_vanished(range(1, 1001)))
    event = finding(group, {"1": kept(sms(1))}, PHONE)
    facts = facts_of(event)
    assert (facts.count, facts.doubts) == (1000, ())
    assert present_at(facts) == NOON - timedelta(minutes=1000)
    assert subject_kind(event) is SubjectKind.BULK_ABSENCE
    assert len(keys_to_look_up(group.absent)) == SAMPLE


def test_a_few_are_told_one_by_one_and_doubts_never() -> None:
    assert len(grouped(_vanished(range(1, 4)))) == 3
    groups = grouped(_vanished(range(1, 3), AbsenceDoubt.SIM_FILTER) + _vanished(range(5, 7)))
    assert sorted(len(group.absent) for group in groups) == [1, 1, 2]
    (doubtful,) = (group for group in groups if group.doubts)
    event = finding(doubtful, {}, PHONE)
    assert facts_of(event).doubts == ("sim_filter",)
    assert subject_kind(event) is SubjectKind.DOUBTFUL_ABSENCE
