"""Parts of the simulated phone by themselves."""

import asyncio
import base64
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA1

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.apps import APPS
from adb_bridge.simphone.event_log import CAPACITY, EventLog
from adb_bridge.simphone.files import Files
from adb_bridge.simphone.fleet import SimFleet
from adb_bridge.simphone.power import CredentialResult, Power, Wakefulness, throttle_s
from adb_bridge.simphone.providers.projection import ProjectionMap
from adb_bridge.simphone.providers.query import JavaError, parse_uri, tokens
from adb_bridge.simphone.scenario import ScenarioError, load_scenario, packaged_names
from adb_bridge.simphone.spec import AuthMode, Brand, Calling, PhoneSpec, Wipe
from adb_bridge.simphone.wire.auth import is_signed_by, new_token, parse_host_key
from adb_bridge.simphone.wire.packets import Packet, ProtocolError, Verb
from adb_bridge.simphone.wire.streams import Stream, StreamClosedError

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def android_public_key(key: rsa.RSAPrivateKey) -> bytes:
    numbers = key.public_key().public_numbers()
    n = numbers.n
    n0inv = -pow(n, -1, 1 << 32) % (1 << 32)
    rr = pow(1 << 2048, 2, n)
    raw = struct.pack("<2I", 64, n0inv) + n.to_bytes(256, "little") + rr.to_bytes(256, "little")
    return base64.b64encode(raw + struct.pack("<I", numbers.e)) + b" user@host\0"


def test_only_the_key_s_own_signature_of_the_token_counts() -> None:
    private = rsa.generate_private_key(65537, 2048)
    key = parse_host_key(android_public_key(private))
    token = new_token()
    signature = private.sign(token, padding.PKCS1v15(), utils.Prehashed(SHA1()))
    assert is_signed_by(key, token, signature)
    assert not is_signed_by(key, new_token(), signature)
    assert not is_signed_by(parse_host_key(android_public_key(rsa.generate_private_key(65537, 2048))), token, signature)
    assert not is_signed_by(key, token, signature[:-1] + bytes([signature[-1] ^ 1]))
    assert not is_signed_by(key, token, signature[:-1])
    assert not is_signed_by(key, token, b"\xff" * 256)


@pytest.mark.parametrize("payload", [b"", b"not base64!", base64.b64encode(b"x" * 10), base64.b64encode(b"\0" * 524)])
def test_other_things_are_not_host_keys(payload: bytes) -> None:
    with pytest.raises(ValueError, match="host key"):
        parse_host_key(payload)


class Peer:
    """The host's end of a stream."""

    def __init__(self, *, host_window: int | None = None) -> None:
        self.sent: list[Packet] = []
        self.stream = Stream(self._send, local_id=7, remote_id=9, max_payload=10, host_window=host_window)

    async def _send(self, packet: Packet) -> None:
        self.sent.append(packet)


async def test_one_write_is_in_flight_until_okay() -> None:
    peer = Peer()
    writing = asyncio.create_task(peer.stream.write(b"0123456789abcdefghijXYZ"))
    for expected in (b"0123456789", b"abcdefghij", b"XYZ"):
        await asyncio.sleep(0.01)
        assert [packet.payload for packet in peer.sent][-1:] == [expected]
        count = len(peer.sent)
        await asyncio.sleep(0.01)
        assert len(peer.sent) == count
        peer.stream.on_okay(b"")
    await writing
    assert [packet.verb for packet in peer.sent] == [Verb.WRTE] * 3


async def test_window_of_bytes_is_kept_with_delayed_ack() -> None:
    peer = Peer(host_window=15)
    writing = asyncio.create_task(peer.stream.write(b"x" * 40))
    await asyncio.sleep(0.01)
    assert sum(len(packet.payload) for packet in peer.sent) == 15
    peer.stream.on_okay(struct.pack("<i", 12))
    await asyncio.sleep(0.01)
    assert sum(len(packet.payload) for packet in peer.sent) == 27
    peer.stream.on_okay(struct.pack("<i", 100))
    await writing
    with pytest.raises(ProtocolError):
        peer.stream.on_okay(b"")


async def test_reading_permits_the_next_write_and_too_early_ones_are_an_error() -> None:
    peer = Peer()
    peer.stream.on_write(b"a")
    with pytest.raises(ProtocolError):
        peer.stream.on_write(b"b")
    assert peer.sent == []
    assert await peer.stream.read() == b"a"
    assert [packet.verb for packet in peer.sent] == [Verb.OKAY]


async def test_close_waits_for_the_last_okay_and_is_sent_once() -> None:
    peer = Peer()
    await peer.stream.write(b"a")
    closing = asyncio.create_task(peer.stream.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    peer.stream.on_okay(b"")
    await closing
    await peer.stream.close()
    assert [packet.verb for packet in peer.sent] == [Verb.WRTE, Verb.CLSE]
    assert await peer.stream.read() == b""


async def test_close_of_the_host_ends_everything_without_an_answer() -> None:
    peer = Peer()
    await peer.stream.write(b"a")
    writing = asyncio.create_task(peer.stream.write(b"b"))
    reading = asyncio.create_task(peer.stream.read())
    await asyncio.sleep(0.01)
    peer.stream.mark_closed()
    with pytest.raises(StreamClosedError):
        await writing
    assert await reading == b""
    await peer.stream.close()
    assert [packet.verb for packet in peer.sent] == [Verb.WRTE]


def power(**options: object) -> tuple[Power, list[str], list[float]]:
    events: list[str] = []
    clock = [100.0]
    made = Power(
        pin=options.get("pin", "2580"),  # type: ignore[arg-type]
        wakefulness=Wakefulness.AWAKE,
        is_locked=False,
        emit=lambda tag, _message: events.append(tag),
        monotonic=lambda: clock[0],
    )
    return made, events, clock


def test_sleep_is_idempotent_and_locks() -> None:
    made, events, _ = power()
    made.sleep()
    made.sleep()
    assert events.count("power_screen_state") == 1
    assert made.is_device_locked
    made.wake()
    assert made.is_device_locked
    made.unlock()
    assert not made.is_device_locked


def test_wrong_credentials_throttle_for_half_a_minute() -> None:
    made, _, clock = power()
    wrong = [made.check("1") for _ in range(5)]
    assert wrong == [*[CredentialResult.MISMATCH] * 4, CredentialResult.THROTTLED]
    assert made.check("2580") is CredentialResult.THROTTLED
    clock[0] += 31
    made.restart()  # forgives nothing
    assert [made.check("1") for _ in range(5)] == wrong
    clock[0] += 31
    assert made.check("2580") is CredentialResult.OK


def test_the_pause_after_wrong_credentials_grows() -> None:
    assert [throttle_s(failures) for failures in (0, 4, 5, 6, 10, 11, 29, 30, 40, 139, 140)] == [
        0, 0, 30, 0, 30, 30, 30, 30, 60, 30 * 2**10, 86_400,
    ]  # fmt: skip


def test_restart_closes_storage_only_with_a_credential() -> None:
    secured, _, _ = power()
    secured.restart()
    assert (secured.is_user_unlocked, secured.is_device_locked) == (False, True)
    bare, _, _ = power(pin=None)
    bare.restart()
    assert (bare.is_user_unlocked, bare.is_device_locked) == (True, False)


async def test_log_keeps_the_newest_and_wakes_readers() -> None:
    log = EventLog()
    waiting = asyncio.create_task(log.wait_beyond(0))
    await asyncio.sleep(0)
    for index in range(CAPACITY + 10):
        log.append(at=NOW, pid=1, tag="t", message=str(index))
    await waiting
    kept = log.since(0)
    assert (kept[0].message, kept[-1].message, len(kept)) == ("10", str(CAPACITY + 9), CAPACITY)
    assert log.since(log.next_sequence) == ()


@pytest.mark.parametrize(
    ("asked", "real"),
    [
        ("/storage/emulated/0/a", "/sdcard/a"),
        ("//sdcard/./x/../a", "/sdcard/a"),
        ("/sdcard/../../sdcard/a", "/sdcard/a"),
    ],
)
def test_paths_lead_to_the_same_file(asked: str, real: str) -> None:
    files = Files(now=lambda: NOW)
    files.write(real, b"x")
    assert files.read(asked) == b"x"


def test_shell_may_write_only_in_its_places() -> None:
    files = Files(now=lambda: NOW)
    assert files.is_writable("/data/local/tmp/x")
    assert not files.is_writable("/sdcard/../system/x")
    with pytest.raises(OSError, match="Is a directory"):
        files.write("/sdcard", b"")


def test_uris() -> None:
    uri = parse_uri("content://call_log/calls/%37?limit=5&offset=x%20y#z")
    assert (uri.authority, uri.segments, uri.parameter("limit"), uri.parameter("offset")) == (
        "call_log", ("calls", "7"), "5", "x y",
    )  # fmt: skip
    assert parse_uri("nonsense").authority == ""


def test_tokens_are_names_outside_of_strings() -> None:
    assert list(tokens("a = 'select' AND \"SELECT\" -- select\n OR `x` /* select */ [y]")) == [
        "a", "and", "select", "or", "x", "y",
    ]  # fmt: skip


def test_projection_map_lets_mapped_columns_and_their_aggregates_through() -> None:
    columns = ProjectionMap(("_id", "name"), {"photo": "NULL"})
    assert columns.sql(("name", "max(_id)", "photo")) == "name, max(_id), NULL AS photo"
    assert sorted(columns.sql(None).split(", ")) == ["NULL AS photo", "_id", "name"]
    for bad in ("hex(name)", "name AS x", "*", "COUNT(*)", "SUM(hex(name))", ""):
        with pytest.raises(JavaError):
            columns.sql((bad,))


@pytest.mark.parametrize(
    "wrong",
    [{"sdk": 27}, {"battery_pct": 101}],
)
def test_impossible_phones_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        PhoneSpec(serial="x", **wrong)  # type: ignore[arg-type]


def test_every_brand_has_its_apps() -> None:
    assert set(APPS) == set(Brand)


MINIMAL = """
schema = 1
name = "t"
title = "t"
surnames = ["周"]
given_names = ["一"]
[words]
item = ["戒指"]
[[staff]]
name = "陈"
brand = "xiaomi"
model = "m"
device = "d"
sdk = 33
[[customer]]
key = "zhou"
name = "周"
number = "13800130001"
[[talk]]
lines = ["customer: {item}?", "staff: {day}"]
[[live]]
at_s = 1
what = "received"
customer = "zhou"
texts = ["{item}"]
"""


def scenario_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "s.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_smallest_scenario_loads(tmp_path: Path) -> None:
    scenario = load_scenario(scenario_file(tmp_path, MINIMAL))
    assert scenario.staff[0].auth is AuthMode.ACCEPT
    assert scenario.live[0].texts == ("{item}",)


def test_a_scenario_says_what_orders_meet(tmp_path: Path) -> None:
    text = MINIMAL.replace(
        "sdk = 33",
        'sdk = 33\nclones = ["com.tencent.mm"]\naccounts = ["com.xiaomi"]\nwipe = "kept"\ncalling = "asks"\n'
        'device_owner = "com.bintianqi.owndroid/.Receiver"\nowner_key = "k"',
    )
    text += '[[faults.command]]\nmatch = "pm *"\nmode = "hang"\nphone = 1\n'
    fleet = SimFleet.from_scenario(load_scenario(scenario_file(tmp_path, text)), phones=2, clock=SystemClock())
    first, second = (phone.spec for phone in fleet.phones)
    assert (first.clones, first.accounts, first.wipe) == (("com.tencent.mm",), ("com.xiaomi",), Wipe.KEPT)
    assert (first.calling, first.owner_key) == (Calling.ASKS, "k")
    assert fleet.phones[0].handset.owner.package == "com.bintianqi.owndroid"
    assert (len(first.command_faults), len(second.command_faults)) == (0, 1)


@pytest.mark.parametrize(
    ("old", "new", "key", "nearest"),
    [
        ("at_s = 1", "at = 1", "live[0].at_s", None),
        ("at_s = 1", 'at_s = "1"', "live[0].at_s", None),
        ("at_s = 1", "at_s = -1", "live[0].at_s", None),
        ('customer = "zhou"', 'customer = "zhuo"', "live[0].customer", "zhou"),
        ('customer = "zhou"', 'custmer = "zhou"', "live[0].custmer", "customer"),
        ('what = "received"', 'what = "recieved"', "live[0].what", "received"),
        ('brand = "xiaomi"', 'brand = "xaomi"', "staff[0].brand", "xiaomi"),
        ("sdk = 33", "sdk = 50", "staff[0].sdk", None),
        ("sdk = 33", "sdk = 33.5", "staff[0].sdk", None),
        ("sdk = 33", 'sdk = 33\nwipe = "emptid"', "staff[0].wipe", "emptied"),
        ('texts = ["{item}"]', 'texts = ["{itme}"]', "words", "item"),
        ('texts = ["{item}"]', "", "live[0].texts", None),
        ('texts = ["{item}"]', 'texts = "x"', "live[0].texts", None),
        ('item = ["戒指"]', "item = []", "words.item", None),
        ('item = ["戒指"]', 'item = ["{item}"]', "words.item", None),
        ('"staff: {day}"', '"stuff: {day}"', "talk[0].lines", None),
        ("schema = 1", "schema = 2", "schema", None),
        ('title = "t"', 'titel = "t"', "title", None),
        ('surnames = ["周"]', "surnames = []", "surnames", None),
        ("[words]", "[word]", "word", "words"),
        ("[[staff]]", "[staff]", "staff", None),
    ],
)  # fmt: skip
def test_mistakes_are_named_with_their_place(tmp_path: Path, old: str, new: str, key: str, nearest: str | None) -> None:
    assert old in MINIMAL
    path = scenario_file(tmp_path, MINIMAL.replace(old, new, 1))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert (caught.value.key, caught.value.nearest) == (key, nearest)
    assert str(caught.value).startswith(f"{path}: {key}: ")


def test_broken_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is not TOML"):
        load_scenario(scenario_file(tmp_path, "a = ["))
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "none.toml")
    with pytest.raises(ScenarioError, match="did you mean 'jewellery-day'"):
        load_scenario("jewelery-day")


@pytest.mark.parametrize("name", packaged_names())
def test_packaged_scenarios_load_with_dummy_numbers_only(name: str) -> None:
    scenario = load_scenario(name)
    assert all(customer.number.startswith("1380013") for customer in scenario.customers)
    assert {event.expects for event in scenario.live} >= {
        "kickback", "private_contact", "off_till_sale", "customer_deleted", None,
    }  # fmt: skip
    assert max(event.at_s for event in scenario.live) <= 15
    assert timedelta(days=scenario.history.days) > timedelta(days=30)
