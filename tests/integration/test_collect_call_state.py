"""Calls by telephony state through the real adb server: in, out, missed, refused, cut off, nonsense."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from adb_bridge.bridge import Bridge
from adb_bridge.collectors.call_state import CallStateCollector
from adb_bridge.errors import BridgeErrorCode
from adb_bridge.records import CallRow
from adb_bridge.rows import CallDerivation
from adb_bridge.session import Session
from adb_bridge.simphone.faults import Repeat, Right
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.profiles.specs import spec_of

from .bridge_support import CLOCK, Shelf, connected, refusal_of, running_bridge

NUMBER = "13800138096"


@asynccontextmanager
async def watched(tmp_path: Path) -> AsyncIterator[tuple[SimPhone, Session, Shelf]]:
    async with running_bridge(tmp_path / "adb") as bridge:
        assert isinstance(bridge, Bridge)
        async with connected(bridge, spec_of("emui", serial="SIMCALL")) as (phone, session):
            shelf = Shelf(CallStateCollector(CLOCK))
            assert await shelf.collect(session) == []
            yield phone, session, shelf


def rows(shelf: Shelf) -> list[CallRow]:
    return [record.row for record in shelf.keyed.values() if isinstance(record.row, CallRow)]


async def test_calls_are_concluded_and_marked_as_derived(tmp_path: Path) -> None:
    async with watched(tmp_path) as (phone, session, shelf):
        phone.calls.ring(NUMBER, slot=1)
        await shelf.collect(session)
        phone.calls.answer()
        await shelf.collect(session)
        await asyncio.sleep(1.1)
        phone.calls.hang_up()
        await shelf.collect(session)
        phone.calls.dial(NUMBER)
        phone.calls.answer()
        await shelf.collect(session)
        phone.calls.hang_up()
        phone.calls.ring(NUMBER, slot=1)  # the next one, on the other SIM, before anybody looked
        await shelf.collect(session)
        phone.calls.reject()
        await shelf.collect(session)
        await shelf.collect(session)
        assert [(row.type, row.number, row.subscription_id, row.duration_s > 0) for row in rows(shelf)] == [
            (1, NUMBER, "1", True),
            (2, None, "0", False),
            (3, NUMBER, "1", False),
        ]
        assert {row.derived_from for row in rows(shelf)} == {CallDerivation.TELEPHONY_STATE}
        assert shelf.batches == 8


async def test_a_link_that_breaks_in_a_call_loses_and_doubles_nothing(tmp_path: Path) -> None:
    async with watched(tmp_path) as (phone, session, shelf):
        phone.calls.ring(NUMBER)
        phone.calls.answer()
        await shelf.collect(session)
        phone.faults.drop("telephony.registry", repeat=Repeat.ONCE)
        assert await refusal_of(shelf.collect(session)) in {
            BridgeErrorCode.DEVICE_OFFLINE,
            BridgeErrorCode.DEVICE_TIMEOUT,
        }
        phone.calls.hang_up()
        async with asyncio.timeout(15):
            while not shelf.keyed:
                try:
                    await shelf.collect(session)
                except Exception:  # noqa: BLE001 - until the phone is back
                    await asyncio.sleep(0.2)
        assert [(row.type, row.number) for row in rows(shelf)] == [(2, None)]


@pytest.mark.parametrize("printed", [b"", b"\xff\x00\xfe", b"last known state:\n", b"mCallState=7\n"])
async def test_nonsense_is_no_call(tmp_path: Path, printed: bytes) -> None:
    async with watched(tmp_path) as (phone, session, shelf):
        phone.faults.garbage("telephony.registry", printed)
        assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.UNPARSEABLE
        phone.faults.clear()
        assert await shelf.collect(session) == []


async def test_a_refused_right_is_said(tmp_path: Path) -> None:
    async with watched(tmp_path) as (phone, session, shelf):
        phone.faults.refuse_permission(Right.CALL_STATE)
        assert await refusal_of(shelf.collect(session)) is BridgeErrorCode.PERMISSION_DENIED
        phone.faults.grant_permission(Right.CALL_STATE)
        assert await shelf.collect(session) == []
