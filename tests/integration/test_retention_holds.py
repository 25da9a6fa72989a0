"""Holds on what is no event, and what they kept too long in a backup of before."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from daemon.archive.data_classes import DataClass
from daemon.archive.forgetting import erased_entries
from daemon.archive.holds import HoldDraft, HoldScope
from tests.archive_kit import PHONE
from tests.integration.test_archive_records import audit_draft
from tests.integration.test_archive_tamper import behind_the_back
from tests.integration.test_retention import fill, shop_in


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
