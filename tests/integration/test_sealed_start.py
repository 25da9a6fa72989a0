"""A daemon that nobody has unlocked collects to a public key, says nothing, and takes it all in when it is open."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.records import CollectedBatch, Cursor, DeviceSerial, RawRecord, SmsRow, Source, UntrustedBytes
from adb_bridge.simphone.phone import SimPhone
from crypto.errors import IntegrityError
from crypto.keyring import add_slot
from crypto.keys import SecretKey
from crypto.passphrases import Argon2Cost
from crypto.recipients import Recipient, RecipientKey
from crypto.secrets import KeyFileSecret, PassphraseSecret
from daemon.api.client import ApiClient
from daemon.api.errors import ApiRefusedError
from daemon.api.socket_path import socket_for_state
from daemon.api.unlocking_client import sealed_state, unlock
from daemon.api.wire import EventQuery
from daemon.config import Config
from daemon.paths import StatePaths
from daemon.sealed_start.app import SealedApp
from daemon.sealed_start.batches import BatchFolder, SealedBatch, decode_batch, encode_batch
from daemon.sealed_start.roster import SealedPaths, read_roster
from daemon.vault import open_keys
from tests.archive_kit import NOON

from .daemon_support import OWNER, enrolled, phone, quick_config, running, until

CHEAP = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
WORDS = "三点水"
MESSAGE = "封存期间到的短信"


@contextlib.asynccontextmanager
async def closed(folder: Path, config: Config) -> AsyncIterator[ApiClient]:
    """A daemon with a closed vault; ends when it was opened, else is told to."""
    paths = StatePaths(folder / "state")
    app = SealedApp(
        paths=paths,
        config=config,
        config_file=None,
        roster=read_roster(SealedPaths(paths.sealed).roster),
        problem="key.not_given",
        look_again=lambda: None,
        clock=SystemClock(),
    )
    ready = asyncio.Event()
    running_app = asyncio.create_task(app.run(ready.set))
    try:
        await ready.wait()
        async with ApiClient(socket_for_state(paths.root), "en") as client:
            yield client
    finally:
        app.stop()
        async with asyncio.timeout(20):
            await running_app


async def bodies(folder: Path, config: Config, expected: int) -> list[str]:
    async with running(folder, config) as service:

        async def are_there() -> bool:
            return len(await service.events(OWNER, EventQuery())) >= expected

        await until(are_there)
        found = await service.reveal(OWNER, EventQuery(), "test")
        assert (await service.verify(OWNER, None)).ok
        return [one.body for one in found]


async def open_once(folder: Path, config: Config, one: SimPhone) -> None:
    async with running(folder, config) as service:
        await enrolled(service, one.spec.serial, scope=("sms",))
        roster = SealedPaths(StatePaths(folder / "state").sealed).roster

        async def is_written() -> bool:
            known = read_roster(roster)
            return known is not None and len(known.phones) == 1

        await until(is_written)


async def test_what_a_phone_gets_while_the_vault_is_closed_is_there_when_it_is_open(tmp_path: Path) -> None:
    async with phone("SEALED01") as one:
        config = quick_config(one)
        await open_once(tmp_path, config, one)
        paths = StatePaths(tmp_path / "state")
        keys = open_keys(paths, KeyFileSecret(tmp_path / "shop.key"))
        add_slot(paths.keyring, keys, PassphraseSecret.from_text(WORDS), cost=CHEAP)
        before = await bodies(tmp_path, config, 0)
        async with closed(tmp_path, config) as client:
            one.store.add_sms(address="13800000017", body=MESSAGE)

            async def is_sealed() -> bool:
                return (await sealed_state(client)).batches > 0

            await until(is_sealed)
            assert (await sealed_state(client)).phones_connected == 1
            with pytest.raises(ApiRefusedError) as refused:
                await client.devices()
            assert refused.value.code == "vault.sealed"
            with pytest.raises(ApiRefusedError) as wrong:
                await unlock(client, "not it")
            assert wrong.value.code == "key.wrong"
            assert not (await unlock(client, WORDS)).is_sealed
        everything = b"".join(path.read_bytes() for path in paths.sealed.rglob("*") if path.is_file())
        for secret in (MESSAGE.encode(), b"13800000017", b"SEALED01"):
            assert secret not in everything
        after = await bodies(tmp_path, config, len(before) + 1)
        assert MESSAGE in after
        assert len(after) == len(set(after)) == len(before) + 1
        assert not BatchFolder(SealedPaths(paths.sealed).batches).paths()


def batch_of(text: bytes) -> SealedBatch:
    row = SmsRow(
        provider_id=7, address=UntrustedBytes(b"1"), body=UntrustedBytes(text), date_ms=1, date_sent_ms=0, type=1,
        thread_id=1, read=0, sub_id=1,
    )  # fmt: skip
    record = RawRecord(source=Source.SMS, source_key="7", row=row, collected_at=NOON)
    batch = CollectedBatch(source=Source.SMS, records=(record,), absent=(), cursor=Cursor("c"), is_caught_up=True)
    return SealedBatch(DeviceSerial("P"), batch, {"aa": "bb"})


def test_a_batch_is_read_as_it_was_written_and_any_change_is_refused(tmp_path: Path) -> None:
    key = RecipientKey(SecretKey(bytes(range(32))), salt=b"test")
    folder = BatchFolder(tmp_path / "batches")
    for number in range(3):
        folder.add(batch_of(bytes([number])), Recipient(key.public))
    assert [one.batch.records[0].row.body for _, one in folder.each(key)] == [b"\0", b"\1", b"\2"]  # type: ignore[union-attr]
    assert decode_batch(encode_batch(batch_of(b"x"))) == batch_of(b"x")
    path = folder.paths()[0]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(IntegrityError):
        folder.read(path, key)
    with pytest.raises(IntegrityError):
        folder.read(folder.paths()[1], RecipientKey(SecretKey(bytes(32)), salt=b"test"))
    for junk in (b"", b"\x90", encode_batch(batch_of(b"x"))[:-3]):
        with pytest.raises(IntegrityError):
            decode_batch(junk)


def test_a_damaged_roster_is_no_roster(tmp_path: Path) -> None:
    for content in (b"", b"{}", b"[1,2]", b"\xff"):
        (tmp_path / "roster.json").write_bytes(content)
        assert read_roster(tmp_path / "roster.json") is None
    assert read_roster(tmp_path / "none.json") is None
