"""Shop-held PINs: what is drawn, what is kept through crashes, new roots and backups, and that nothing shows one."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.records import DeviceSerial
from adb_bridge.secret import Secret
from crypto.vault_keys import VaultKeys
from daemon.api.pins import PinToKeep, ShownPin
from daemon.api.wire import Role
from daemon.archive.pins import MOST_PREVIOUS, PinOrigin, PinState
from daemon.pins.drawing import draw, typed
from daemon.pins.vault import PinUnreadableError, ShopPins
from daemon.service import Caller
from tests.archive_kit import NOON, OTHER_PHONE, PHONE, StepClock, archive_in, open_archive, vault_keys

OWNER = Caller(uid=1, name="owner", role=Role.OWNER, language="en")


@asynccontextmanager
async def pins_in(folder: Path, keys: VaultKeys | None = None) -> AsyncIterator[ShopPins]:
    keys = keys or vault_keys(folder)
    archive = open_archive(folder, keys=keys, clock=StepClock())
    try:
        yield ShopPins(archive, keys)
    finally:
        await archive.close()


async def standing(pins: ShopPins, device: DeviceSerial = PHONE) -> list[tuple[PinState, str, bool]]:
    held = await pins.candidates(device)
    return [(one.kept.state, one.pin.reveal(), one.kept.is_doubtful) for one in held]


def test_drawn_pins_have_six_digits_no_runs_and_differ() -> None:
    drawn = [draw().reveal() for _ in range(2_000)]
    assert all(re.fullmatch("[0-9]{6}", one) for one in drawn)
    runs = re.compile(
        r"(\d)\1\1\1|" + "|".join(f"{'0123456789'[n : n + 4]}|{'9876543210'[n : n + 4]}" for n in range(7))
    )
    assert not [one for one in drawn if runs.search(one)]
    assert len(set(drawn)) > 1_900


@given(st.text(max_size=20))
def test_a_typed_pin_is_digits_or_refused(text: str) -> None:
    pin = typed(text)
    if pin is not None:
        assert re.fullmatch("[0-9]{4,16}", pin.reveal())


def test_what_an_input_method_makes_of_digits_is_taken() -> None:
    assert typed(" １２34５ ") == Secret("12345")
    assert [typed(one) for one in ("123", "12 34", "1" * 17, "12ab", "", "-1234")] == [None] * 6


async def test_a_proposal_is_on_the_disk_before_it_is_known_and_stays_the_same_until_settled(tmp_path: Path) -> None:
    async with pins_in(tmp_path) as pins:
        first = await pins.propose(PHONE)
    async with pins_in(tmp_path) as pins:  # as after a kill: nothing was said about it
        assert await pins.current(PHONE) is None
        assert await standing(pins) == [(PinState.PROPOSED, first.reveal(), False)]
        assert await pins.propose(PHONE) == first
        await pins.settle(PHONE, "unsure")
        assert await standing(pins) == [(PinState.PROPOSED, first.reveal(), True)]
        await pins.settle(PHONE, "took")
        assert await pins.current(PHONE) == first
        second = await pins.propose(PHONE)
        assert second != first
        assert await pins.current(PHONE) == first
        await pins.settle(PHONE, "not")
        assert await pins.current(PHONE) == first
        assert {pin for _, pin, _ in await standing(pins)} == {first.reveal(), second.reveal()}
        await pins.settle(PHONE, "took")  # there is no proposal any more: nothing changes
        assert await pins.current(PHONE) == first
        assert await pins.current(OTHER_PHONE) is None


async def test_a_phone_that_turns_out_to_have_another_one_makes_that_current(tmp_path: Path) -> None:
    async with pins_in(tmp_path) as pins:
        await pins.told(PHONE, Secret("2580"), OWNER, "handed over")
        await pins.propose_typed(PHONE, Secret("482913"), OWNER, "new colleague")
        await pins.settle(PHONE, "took")
        old = next(one for one in await pins.candidates(PHONE) if one.kept.state is PinState.PREVIOUS)
        sent = await pins.propose(PHONE)
        await pins.verified(old)
        assert await pins.current(PHONE) == Secret("2580")
        assert (PinState.PROPOSED, sent.reveal(), False) in await standing(pins)  # it may just be on its way
        await pins.settle(PHONE, "took")
        await pins.cleared(PHONE)
        assert await pins.current(PHONE) is None
        assert {pin for _, pin, _ in await standing(pins)} == {"2580", "482913", sent.reveal()}


async def test_what_a_phone_once_had_outlives_what_it_never_had(tmp_path: Path) -> None:
    async with pins_in(tmp_path) as pins:
        await pins.propose_typed(PHONE, Secret("111222"), OWNER, "first")
        await pins.settle(PHONE, "took")
        await pins.cleared(PHONE)
        for _ in range(MOST_PREVIOUS + 3):
            await pins.propose(PHONE)
            await pins.settle(PHONE, "not")
        held = await pins.candidates(PHONE)
        assert len(held) == MOST_PREVIOUS
        assert Secret("111222") in [one.pin for one in held]


async def test_forgetting_takes_the_key_too_and_a_later_pin_has_another(tmp_path: Path) -> None:
    keys = vault_keys(tmp_path)
    async with pins_in(tmp_path, keys) as pins:
        await pins.told(OTHER_PHONE, Secret("998877"), OWNER, "kept")
        await pins.propose(PHONE)
        (kept,) = await pins.of(PHONE)
        assert await pins.forget(PHONE, OWNER, "sold") == 1
        assert keys.by_no(kept.pin.key_no) is None
        assert await pins.of(PHONE) == ()
        assert await pins.forget(PHONE, OWNER, "again") == 0
        await pins.propose(PHONE)
        assert (await pins.of(PHONE))[0].pin.key_no != kept.pin.key_no
        assert await pins.current(OTHER_PHONE) == Secret("998877")


async def test_new_roots_open_them_and_a_missing_key_is_not_taken_for_no_pin(tmp_path: Path) -> None:
    keys = vault_keys(tmp_path)
    async with pins_in(tmp_path, keys) as pins:
        await pins.told(PHONE, Secret("73915"), OWNER, "kept")
        keys.rotate()
    async with pins_in(tmp_path) as pins:
        assert await pins.current(PHONE) == Secret("73915")
    reopened = vault_keys(tmp_path)
    async with pins_in(tmp_path, reopened) as pins:
        (kept,) = await pins.of(PHONE)
        reopened.destroy([kept.pin.key_no])
        assert await pins.current(PHONE) is None
        assert not pins.is_readable(kept)
        with pytest.raises(PinUnreadableError):
            await pins.on_phone(PHONE)


async def test_many_at_once_leave_one_proposal(tmp_path: Path) -> None:
    async with pins_in(tmp_path) as pins:
        drawn = await asyncio.gather(*(pins.propose(PHONE) for _ in range(8)))
        assert all(one == drawn[0] for one in drawn)
        assert len(await pins.of(PHONE)) == 1


async def test_no_pin_is_in_the_audit_the_ledger_a_repr_or_a_file(tmp_path: Path) -> None:
    canary = "8675309142"
    async with pins_in(tmp_path) as pins:
        await pins.told(PHONE, Secret(canary), OWNER, "handed over")
        held = await pins.candidates(PHONE)
        assert canary not in repr(held)
    async with archive_in(tmp_path, enrolled=()) as archive:
        assert canary not in repr(await archive.audit_entries(limit=100))
        assert canary not in repr(await archive.pins.all())
        assert (await archive.verify()).ok
        assert [one.action for one in await archive.audit_entries(limit=9)] == ["pin.record"]
    assert [path for path in tmp_path.rglob("*") if path.is_file() and canary.encode() in path.read_bytes()] == []
    shown = ShownPin(
        device="d", pin=canary, state="current", is_doubtful=False, changed_at=NOON, verified_at=None,  # type: ignore[arg-type]
    )  # fmt: skip
    assert canary not in repr(shown) + str(PinToKeep(pin=canary, reason="r"))


async def test_states_and_origins_are_told_as_they_were_kept(tmp_path: Path) -> None:
    async with pins_in(tmp_path) as pins:
        await pins.told(PHONE, Secret("2580"), OWNER, "handed over")
        await pins.propose_typed(PHONE, Secret("482913"), OWNER, "chosen")
        await pins.propose(OTHER_PHONE)
        found = [(one.device, one.state, one.origin, one.made_by) for one in await pins.all()]
    assert found == [
        (PHONE, PinState.PROPOSED, PinOrigin.TYPED, "owner"),
        (PHONE, PinState.CURRENT, PinOrigin.TOLD, "owner"),
        (OTHER_PHONE, PinState.PROPOSED, PinOrigin.DRAWN, "daemon"),
    ]
