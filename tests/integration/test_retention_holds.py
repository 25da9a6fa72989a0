"""Holds on what is no event, and what they kept too long in a backup of before."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from adb_bridge.records import ContactRow, RawRecord, Source, Untrusted
from daemon.archive.data_classes import DataClass
from daemon.archive.drafts import EventFilter
from daemon.archive.forgetting import erased_entries
from daemon.archive.holds import HoldDraft, HoldScope
from daemon.events import CollectedEvent, EventKind
from daemon.normalise import normalise
from tests.archive_kit import NOON, PHONE, ingest_of, sms
from tests.integration.test_archive_records import audit_draft
from tests.integration.test_archive_tamper import behind_the_back
from tests.integration.test_retention import BY_REQUEST, fill, shop_in


@pytest.mark.parametrize(
    ("scope", "erased"),
    [
        (HoldScope(data_class=DataClass.AUDIT), 0),
        (HoldScope(), 0),
        (HoldScope(data_class=DataClass.MESSAGES), 1),
        (HoldScope(device=PHONE), 1),
    ],
)
async def test_a_hold_on_a_class_keeps_its_rows_that_are_no_events(
    tmp_path: Path, scope: HoldScope, erased: int
) -> None:
    async with shop_in(tmp_path) as shop:
        await shop.archive.audit(audit_draft())
        until = shop.clock.now() + timedelta(days=400)
        await shop.archive.holds.place(HoldDraft(scope=scope, reason="case 7", actor="owner", until=until))
        shop.clock.advance(100 * 86_400)
        assert (await shop.retention.pass_now("owner", "retention")).erased_rows == erased


def test_what_a_hold_kept_over_its_time_and_went_since_is_among_what_restores_erase_again(tmp_path: Path) -> None:
    async def run() -> int:
        async with shop_in(tmp_path) as shop:
            await fill(shop)
            index = await shop.ledger_of("旧的订单")
            until = shop.clock.now() + timedelta(days=9)
            draft = HoldDraft(scope=HoldScope(device=PHONE), reason="case 7", actor="owner", until=until)
            await shop.archive.holds.place(draft)
            assert (await shop.retention.pass_now("owner", "retention")).held_events == 1
            shop.clock.advance(10 * 86_400)
            assert (await shop.retention.pass_now("owner", "retention")).erased_events == 1
            return index

    index = asyncio.run(run())
    with behind_the_back(tmp_path) as database:
        assert [one.ledger_index for one in erased_entries(database)] == [index]


def contact(key: int, *numbers: str) -> CollectedEvent:
    row = ContactRow(
        provider_id=key, display_name=Untrusted("王太太"), numbers=tuple(map(Untrusted, numbers)), emails=(), note=None,
        updated_ms=None,
    )  # fmt: skip
    record = RawRecord(source=Source.CONTACTS, source_key=str(key), row=row, collected_at=NOON)
    return normalise(record, PHONE)


async def test_a_hold_on_a_number_keeps_contacts_that_have_it(tmp_path: Path) -> None:
    async with shop_in(tmp_path) as shop:
        both = [contact(1, "+86 139 0000 0018", "138 0000 0017"), contact(2, "139 0000 0018")]
        await shop.archive.ingest(ingest_of(both, source=Source.CONTACTS))
        await shop.archive.ingest(ingest_of([sms(1, b"theirs"), sms(2, b"others", address=b"13900000018")]))
        indexes = [one.ledger_index for one in await shop.archive.events(EventFilter(limit=10))]
        token, until = shop.archive.tokens.of_number("+8613800000017"), shop.clock.now() + timedelta(days=400)

        async def held(scope: HoldScope) -> int:
            draft = HoldDraft(scope=scope, reason="case 7", actor="owner", until=until)
            hold = await shop.archive.holds.place(draft)
            found = await shop.archive.holds.covering(indexes, shop.clock.now())
            await shop.archive.holds.end(hold.hold_id, actor="owner", reason="settled")
            return len(found)

        assert await held(HoldScope(peer_token=token)) == 2
        assert await held(HoldScope(peer_token=token, data_class=DataClass.CONTACTS)) == 1
        conversation = shop.archive.conversation(PHONE, "+8613800000017")
        assert await held(HoldScope(peer_token=token, conversation=conversation)) == 1
        assert await held(HoldScope(peer_token=token, received_from=NOON + timedelta(days=1))) == 0
        assert await held(HoldScope(conversation="cv_none")) == 0
        await shop.archive.holds.place(
            HoldDraft(scope=HoldScope(peer_token=token), reason="case 7", actor="owner", until=until)
        )
        erased = await shop.archive.deletions.erase(indexes, BY_REQUEST)
        assert [one.events for one in erased] == [2]
        kept = {one.event.kind for one in await shop.archive.events(EventFilter(limit=10))}
        assert kept == {EventKind.CONTACT, EventKind.MESSAGE}
