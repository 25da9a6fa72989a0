"""What the bridge reads out of golden output, and what it says about output that is not an answer."""

from datetime import UTC, datetime

import pytest

from adb_bridge.addresses import ConnectOutcome, parse_address, parse_verdict
from adb_bridge.announced import AdbService, read_announcement
from adb_bridge.collectors.sms_rows import parse_page
from adb_bridge.content_query import ContentQuery, InvalidColumnError, column_names, judge, parse_bulk, parse_single
from adb_bridge.errors import (
    BridgeErrorCode,
    DeviceUnavailableError,
    ParseError,
    ServerUnavailableError,
    ShellCommandError,
)
from adb_bridge.host_protocol import refusal
from adb_bridge.readings import (
    Battery,
    Credential,
    Epoch,
    Wakefulness,
    read_battery,
    read_credential,
    read_device_locked,
    read_epoch,
    read_wakefulness,
)
from adb_bridge.records import AdbState
from adb_bridge.session import ShellOutput, quote
from adb_bridge.signals import ChangeSignal, Signal, SignalReader
from adb_bridge.tracking import parse_transports

DENIED = (
    b"Error while accessing provider:call_log\n"
    b"java.lang.SecurityException: Permission Denial: opening provider com.android.providers.contacts.CallLogProvider"
    b" from (null) (pid=1, uid=2000) requires android.permission.READ_CALL_LOG\n\tat android.os.Parcel.create\n"
)
INVALID = b"Error while accessing provider:call_log\njava.lang.IllegalArgumentException: Invalid column hex\n\tat x\n"
TOO_BIG = (
    b"Error while accessing provider:sms\nandroid.database.sqlite.SQLiteBlobTooBigException: Row too big to fit into"
    b" CursorWindow requiredPos=0, totalRows=1\n"
)
OLD_TRUST = b"""Trust manager state:
 User "Owner" (id=0, flags=0x13) (current): trusted=0, trustManaged=1, deviceLocked=1, strongAuthRequired=0x0
   Enabled agents:
 User "Work" (id=10, flags=0x30): trusted=0, trustManaged=0, deviceLocked=0, strongAuthRequired=0x1
"""
NEW_TRUST = (
    b' User "\xe5\xbc\xa0" (id=0, flags=0x4c13) (current): trustState=UNTRUSTED, trustManaged=0, deviceLocked=0,'
    b" isActiveUnlockRunning=0, strongAuthRequired=0x0\n"
)


def answer(stdout: bytes = b"", stderr: bytes = b"", exit_code: int = 0) -> ShellOutput:
    return ShellOutput(stdout=stdout, stderr=stderr, exit_code=exit_code)


@pytest.mark.parametrize(
    ("stderr", "code"),
    [
        (DENIED, BridgeErrorCode.PERMISSION_DENIED),
        (TOO_BIG, BridgeErrorCode.OUTPUT_TOO_LARGE),
        (b"Error while accessing provider:sms\njava.lang.IllegalStateException: x\n", BridgeErrorCode.SHELL_FAILED),
        (b"vendor hook\njava.lang.OutOfMemoryError\n", BridgeErrorCode.SHELL_FAILED),
    ],
)
def test_stderr_decides_although_the_status_is_0(stderr: bytes, code: BridgeErrorCode) -> None:
    with pytest.raises(ShellCommandError) as caught:
        judge(answer(b"Row: 0 _id=1\n", stderr), source="t")
    assert caught.value.code is code
    assert "uid=2000" not in str(caught.value)


def test_a_refused_column_is_named() -> None:
    with pytest.raises(InvalidColumnError) as caught:
        judge(answer(stderr=INVALID), source="t")
    assert caught.value.column == "hex"


@pytest.mark.parametrize(
    "warning",
    [
        b"WARNING: linker: /vendor/lib64/x.so: unused DT entry: type 0x6ffffffe\n",
        b"cutils-trace: Error opening trace file: Permission denied (13)\n",
        b"[HwContentImpl] hook took 3 ms\nPicked up JAVA_TOOL_OPTIONS: -Xss1m\n",
    ],
)
def test_warnings_at_a_start_are_no_failure(warning: bytes) -> None:
    assert judge(answer(b"Row: 0 _id=1\n", warning), source="t") == b"Row: 0 _id=1\n"
    assert judge(answer(b"No result found.\n", warning), source="t") == b""


def test_no_rows_beside_words_of_a_refusal_are_a_failure() -> None:
    with pytest.raises(ShellCommandError):
        judge(answer(b"No result found.\n", b"security centre: access denied\n"), source="t")


@pytest.mark.parametrize(
    "stdout", [b"", b"Row: 0 _id=1", b"Row: 1 _id=1\n", b"\x7fELF", b"No result found.", b"Row: 0"]
)
def test_half_and_foreign_answers_are_refused(stdout: bytes) -> None:
    with pytest.raises(ParseError):
        judge(answer(stdout), source="t")


@pytest.mark.parametrize(
    "output", [answer(b"[ERROR] Unsupported argument: x\n"), answer(b"Row: 0 _id=1\n", exit_code=1)]
)
def test_usage_errors_and_bad_status_are_failures(output: ShellOutput) -> None:
    with pytest.raises(ShellCommandError):
        judge(output, source="t")


def test_rows_in_another_order_than_asked_are_put_in_order() -> None:
    rows = b"".join(
        b"Row: %d _id=%d, date=1, date_sent=0, type=1, thread_id=1, read=0, sub_id=1,"
        b" typeof(address)=null, hex(address)=, typeof(body)=text, hex(body)=4%d\n" % (index, row_id, row_id)
        for index, row_id in enumerate((3, 1, 2))
    )
    page = parse_page(rows, collected_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert (page.ids, page.is_as_asked) == ([1, 2, 3], False)
    assert [record.source_key for record in page.items] == ["1", "2", "3"]
    with pytest.raises(ParseError):
        parse_page(rows.replace(b"_id=3,", b"_id=1,"), collected_at=datetime(2026, 1, 1, tzinfo=UTC))


def test_no_rows() -> None:
    assert judge(answer(b"No result found.\n"), source="t") == b""


def test_a_query_is_quoted_for_the_phones_shell() -> None:
    query = ContentQuery(uri="content://a?limit=1&offset=0", projection=("_id", "hex(b)"), where="n='NULL'", sort="_id")
    assert query.command() == (
        "content query --uri 'content://a?limit=1&offset=0' --projection '_id:hex(b)'"
        " --where 'n='\\''NULL'\\''' --sort '_id'"
    )
    with pytest.raises(ValueError, match="NUL"):
        quote("a\0b")


def test_bulk_needs_numbers_where_numbers_belong() -> None:
    assert parse_bulk(b"Row: 0 _id=1, date=x, name=a\n", [1], numbers=("date",), texts=("name",)) is None
    assert parse_bulk(b"Row: 0 _id=1, date=5, name=a", [1], numbers=("date",), texts=("name",)) is None
    assert parse_bulk(b"", [], numbers=("date",), texts=("name",)) == ()


def test_single_refuses_another_column() -> None:
    with pytest.raises(ParseError):
        parse_single(b"Row: 0 number=1\n", "name", source="t")


def test_columns_are_found_by_name_in_any_order() -> None:
    row = b"Row: 0 name=NULL, duration=3, _id=9, number=1\n"
    assert column_names(row, ("duration", "number", "name", "date")) == {"duration", "number", "name"}


def test_battery() -> None:
    printed = b"Current Battery Service state:\n  AC powered: false\n  status: 2\n  level: 41\n  scale: 50\n"
    assert read_battery(printed) == Battery(pct=82, is_charging=True)
    assert read_battery(b"  level: 41\n  scale: 0\n") == Battery(pct=None, is_charging=None)
    assert read_battery(b"  level: 400\n  status: 3\n") == Battery(pct=None, is_charging=False)


def test_lock_and_screen() -> None:
    assert read_device_locked(OLD_TRUST) is True
    assert read_device_locked(NEW_TRUST) is False
    assert read_device_locked(b"") is None
    assert read_wakefulness(b"Power Manager State:\n  mWakefulness=Dozing\n") is Wakefulness.DOZING
    assert read_wakefulness(b"  mWakefulness=Elsewhere\n") is None
    assert read_credential(b"    CredentialType: None\n") is Credential.NONE
    assert read_credential(b"    CredentialType: PIN\n") is Credential.SET
    assert read_credential(b"nothing") is Credential.UNKNOWN


def test_phone_clock() -> None:
    assert read_epoch(b"1710489600.123456789\n") == Epoch(unix_ms=1710489600123, precision_ms=1)
    assert read_epoch(b"1710489600.000000001\n") == Epoch(unix_ms=1710489600000, precision_ms=1)
    assert read_epoch(b"1710489600.N\n") == Epoch(unix_ms=1710489600000, precision_ms=1000)
    assert read_epoch(b"1710489600\n") == Epoch(unix_ms=1710489600000, precision_ms=1000)
    assert read_epoch(b"date: bad format\n") is None


def test_states_are_kept_verbatim_and_unknown_ones_are_unknown() -> None:
    listing = (
        b"A1\tdevice\nB2\tno permissions (user in plugdev group); see [http://x]\nC3\tsleepwalking\n"
        b"10.0.0.9:5555\tunauthorized\nnonsense\n\toffline\n"
    )
    assert [(one.serial, one.state) for one in parse_transports(listing)] == [
        ("A1", AdbState.DEVICE),
        ("B2", AdbState.NO_PERMISSIONS),
        ("C3", AdbState.UNKNOWN),
        ("10.0.0.9:5555", AdbState.UNAUTHORIZED),
    ]


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0b", "\r"])
def test_a_name_cannot_announce_a_second_phone(separator: str) -> None:
    assert parse_transports(f"adb-x{separator}A1\tdevice\n".encode()) == ()


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        ("connected to 127.0.0.1:1", ConnectOutcome.CONNECTED),
        ("already connected to 127.0.0.1:1", ConnectOutcome.ALREADY),
        ("failed to authenticate to 127.0.0.1:1", ConnectOutcome.AUTH_PENDING),
        ("failed to connect to '127.0.0.1:1': Connection refused", ConnectOutcome.FAILED),
        ("", ConnectOutcome.FAILED),
    ],
)
def test_the_text_of_connect_is_the_verdict(words: str, outcome: ConnectOutcome) -> None:
    assert parse_verdict(words) is outcome


def test_addresses() -> None:
    assert parse_address("10.0.0.9") == "10.0.0.9:5555"
    assert parse_address("[fe80::1]:37123") == "[fe80::1]:37123"
    assert parse_address("till-3.shop.local:4444") == "till-3.shop.local:4444"
    for bad in ("", "a:0", "a:70000", "a b", "host:1;kill", "-x", "a\n:1", "host:", ":5"):
        with pytest.raises(ValueError, match="address"):
            parse_address(bad)


@pytest.mark.parametrize(
    ("words", "kind", "code"),
    [
        ("device offline", DeviceUnavailableError, BridgeErrorCode.DEVICE_OFFLINE),
        ("device 'secret' not found", DeviceUnavailableError, BridgeErrorCode.DEVICE_OFFLINE),
        ("device unauthorized.\nThis adb server's …", DeviceUnavailableError, BridgeErrorCode.DEVICE_UNAUTHORIZED),
        ("device still authorizing", DeviceUnavailableError, BridgeErrorCode.DEVICE_UNAUTHORIZED),
        ("insufficient permissions for device: x", DeviceUnavailableError, BridgeErrorCode.DEVICE_UNAUTHORIZED),
        ("connection closed", ServerUnavailableError, BridgeErrorCode.SERVER_UNAVAILABLE),
    ],
)
def test_refusals_of_the_server(words: str, kind: type[Exception], code: BridgeErrorCode) -> None:
    error = refusal(words)
    assert isinstance(error, kind)
    assert error.code is code
    assert "secret" not in str(error)


def line(tag: str, text: str) -> bytes:
    return f"08-10 11:20:03.820  1508  1508 I {tag}: {text}".encode()


def test_a_received_message_is_a_hint_for_messages() -> None:
    enqueue = line(
        "notification_enqueue",
        "[1000,7214,com.android.mms,1337,a,b,c,0,Notification(channel=c shortcut=null vis=PRIVATE),0]",
    )
    assert SignalReader().read(enqueue) == ChangeSignal(
        kinds=frozenset({Signal.MESSAGES, Signal.NOTIFICATION}), is_fast_poll_advised=False
    )
    other = line("notification_enqueue", "[1000,7214,com.tencent.mm,1337,NULL,0,Notification(),0]")
    assert SignalReader().read(other) == ChangeSignal(
        kinds=frozenset({Signal.NOTIFICATION}), is_fast_poll_advised=False
    )


def test_the_app_in_front_makes_polling_fast_until_it_leaves() -> None:
    reader = SignalReader()
    mms = line("wm_set_resumed_activity", "[0,com.android.mms/.ui.MmsTabActivity,minimalResumeActivityLocked]")
    home = line("am_set_resumed_activity", "[0,com.miui.home/.launcher.Launcher,resume]")
    assert reader.read(mms) == ChangeSignal(kinds=frozenset({Signal.MESSAGES}), is_fast_poll_advised=True)
    battery = reader.read(line("battery_level", "[41,3900,286]"))
    assert battery == ChangeSignal(kinds=frozenset({Signal.BATTERY}), is_fast_poll_advised=True)
    assert reader.read(home) == ChangeSignal(kinds=frozenset({Signal.MESSAGES}), is_fast_poll_advised=False)
    assert reader.read(home) is None
    reader.read(mms)
    assert reader.read(line("screen_toggled", "0")) == ChangeSignal(
        kinds=frozenset({Signal.MESSAGES, Signal.SCREEN}), is_fast_poll_advised=False
    )


@pytest.mark.parametrize("noise", [b"", b"--------- beginning of events", line("boot_progress", "1"), b"\xff" * 50])
def test_other_lines_are_no_signals(noise: bytes) -> None:
    assert SignalReader().read(noise) is None


def test_announcements_are_checked() -> None:
    name = f"adb-SIM01-AbCdEf.{AdbService.TLS_CONNECT}"
    good = read_announcement(AdbService.TLS_CONNECT, name, ["not an ip", "192.168.1.7"], 37123)
    assert good is not None
    assert (good.instance, good.address, good.port) == ("adb-SIM01-AbCdEf", "192.168.1.7", 37123)
    assert read_announcement(AdbService.TLS_CONNECT, "\x1b[2J" + name, ["192.168.1.7"], 1) is None
    assert read_announcement(AdbService.TLS_CONNECT, name, ["224.0.0.251"], 1) is None
    assert read_announcement(AdbService.TLS_CONNECT, name, ["192.168.1.7"], None) is None
