"""What is shown masked holds no digest that guesses of the masked could be tried against."""

from dataclasses import replace
from hashlib import sha256

import pytest

from adb_bridge.records import RawRecord, Source, Untrusted, UntrustedBytes
from adb_bridge.rows import MmsPart, MmsRow
from daemon.api.texts import load_texts
from daemon.api.wire import AlertStatus
from daemon.app import CATALOG
from daemon.archive.records import ArchivedAlert, ArchivedEvent
from daemon.events import KeptEvent
from daemon.normalise import normalise
from daemon.rights.sight import Form, Sight
from daemon.views import alert_view, event_view
from tests.archive_kit import NOON, PHONE, kept, sms, verdict

SAID = "转我微信".encode()
DIGEST = sha256(SAID).hexdigest()


@pytest.fixture(scope="module")
def en() -> Sight:
    return Sight(texts=load_texts("en", CATALOG), form=Form.FOLLOWED, people=None)


def _archived(event: KeptEvent) -> ArchivedEvent:
    return ArchivedEvent(ledger_index=5, event=event, conversation="cv_x", absent_since=None, replaced_by=None)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (f"rec:{DIGEST[:32]}", "rec:…"),
        (f"sms:{DIGEST[:32]}#2", "sms:…#2"),
        (f"0|com.tencent.mm|7|null|10123#99#{DIGEST[:12]}", "0|com.tencent.mm|7|null|10123#99#…"),
        ("4711", "4711"),
        ("2:1773547200000", "2:…"),
    ],
)
def test_a_key_is_shown_without_its_digest(en: Sight, key: str, shown: str) -> None:
    event = replace(kept(sms(1)), source_key=key)
    assert event_view(_archived(event), en).source_key == shown
    alert = ArchivedAlert(
        alert_id="al_x", ledger_index=6, verdict=verdict(), status=AlertStatus.OPEN, raised_at=NOON, note=None,
        handled_by=None, handled_at=None, archived=_archived(event),
    )  # fmt: skip
    assert alert_view(alert, None, en).source_key == shown


def test_a_text_part_is_shown_without_its_digest(en: Sight) -> None:
    part = MmsPart(
        part_id=1, content_type=Untrusted("text/plain"), name=None, text=UntrustedBytes(SAID), blob=None,
        problem=None,
    )  # fmt: skip
    row = MmsRow(
        provider_id=1, date_s=round(NOON.timestamp()), date_sent_s=0, box=1, message_type=132, subject=None,
        thread_id=None, read=None, sub_id=None, addresses=(), parts=(part,),
    )  # fmt: skip
    event = kept(normalise(RawRecord(source=Source.MMS, source_key="1", row=row, collected_at=NOON), PHONE))
    assert DIGEST in event.attributes
    assert DIGEST not in str(event_view(_archived(event), en))
