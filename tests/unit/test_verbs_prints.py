"""What verbs read of a phone: prints of several Androids, and no crash on anything else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adb_bridge.carrier import Carrier
from adb_bridge.readings import Credential
from adb_bridge.records import Vendor
from adb_bridge.shell_batch import Section
from adb_bridge.verbs.answers import Said, said_by
from adb_bridge.verbs.audio_print import count_beeps, read_sounds, read_volume
from adb_bridge.verbs.facts import PhoneFacts, Sim, read_facts, read_properties
from adb_bridge.verbs.feasibility import Because, ByHand, Route, Verdict, judge, judge_all
from adb_bridge.verbs.keyguard import read_keyguard
from adb_bridge.verbs.lock_state import read_lock
from adb_bridge.verbs.locking import wants_strong_auth
from adb_bridge.verbs.orders import Lock, OrderKind, StrongAuth
from adb_bridge.verbs.owner_print import Owner, OwnerApp, read_owner
from adb_bridge.verbs.package_print import read_app_states
from tests.unit.verb_prints import AUDIO, DUMP, OLD_AUDIO, POLICY, WINDOW

NOTHING = Section(output=b"", status=0)
SLEEPING = Section(output=b"Power Manager State:\n  mWakefulness=Asleep\n", status=0)


def said(text: bytes, status: int = 0) -> Section:
    return Section(output=text, status=status)


def facts(**changes: object) -> PhoneFacts:
    plain = read_facts((NOTHING,) * 16, Carrier.CABLE)
    return replace(plain, sdk=34, has_credential=Credential.SET, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "status", "meaning"),
    [
        (b"", 0, Said.NOTHING_BAD),
        (b"", -1, Said.NOTHING),
        (b"boom", 1, Said.FAILED),
        (b"java.lang.SecurityException: Injecting input events requires", 255, Said.REFUSED),
        (b"Security exception: Permission Denial: setting", 0, Said.REFUSED),
        (b"Unknown command: post", 255, Said.UNKNOWN_COMMAND),
        (b"cmd: Can't find service: testharness", 20, Said.UNKNOWN_COMMAND),
        (b"No shell command implementation.", 0, Said.UNKNOWN_COMMAND),
        (b"/system/bin/sh: locksettings: inaccessible or not found", 127, Said.UNKNOWN_COMMAND),
        (b"/system/bin/sh: media: not found\n", 127, Said.UNKNOWN_COMMAND),
    ],
)
def test_answers(text: bytes, status: int, meaning: Said) -> None:
    assert said_by(said(text, status)) is meaning


def test_one_app_for_each_user() -> None:
    states = read_app_states(DUMP, "com.tencent.mm")
    assert [(one.user, one.is_installed, one.is_suspended, one.is_disabled) for one in states] == [
        (0, True, True, False),
        (10, False, False, False),
        (999, True, False, True),
    ]
    assert states[2].is_disabled_by_shell
    assert read_app_states(DUMP, "com.tencent") == ()
    assert read_app_states(DUMP.replace(b"\n", b"\r\n"), "com.tencent.mm") == states


def test_owners() -> None:
    listed = said(b"1 owner:\nUser  0: admin=com.afwsamples.testdpc/com.afwsamples.testdpc.D,DeviceOwner,Affiliated\n")
    testdpc = Owner(app=OwnerApp.TESTDPC, package="com.afwsamples.testdpc")
    assert read_owner(listed, NOTHING) == (testdpc, True)
    assert read_owner(said(b"no owners\n"), NOTHING) == (None, True)
    assert read_owner(said(b"Error: unknown command 'list-owners'\n", 1), said(POLICY)) == (testdpc, True)
    assert read_owner(NOTHING, said(b"Current Device Policy Manager state:\n\n")) == (None, True)
    assert read_owner(NOTHING, said(b"Can't find service: device_policy\n")) == (None, False)
    profile = said(b"1 owner:\nUser 10: admin=com.x/.A,ManagedProfileOwner(parentUserId=0)\n")
    assert read_owner(profile, NOTHING) == (None, True)


def test_sounds() -> None:
    sounds = read_sounds(AUDIO)
    assert sounds.players == {23: "USAGE_ALARM"}
    assert (sounds.volumes["ALARM"], sounds.volumes["RING"]) == (6, 0)
    assert read_sounds(OLD_AUDIO).players == {7: "USAGE_ALARM"}
    volume = read_volume(b"[V] will get volume\n[V] volume is 3 in range [0..7]\n")
    assert volume is not None and (volume.index, volume.highest) == (3, 7)
    log = b"11-22 18:00:01.000  1  2 I notification_alert: [0|com.android.shell|2020|a.1|2000,0,1,0]\n"
    assert count_beeps(log, "a.1") == 1
    assert count_beeps(log, "a") == count_beeps(log.replace(b",0,1,0]", b",1,0,1]"), "a.1") == 0
    assert count_beeps(log.replace(b"com.android.shell", b"com.evil"), "a.1") == 0
    assert count_beeps(log.replace(b",0,1,0]", b",0,1,0,0]"), "a.1") == 1


def test_the_keyguard_is_a_second_witness() -> None:
    assert read_keyguard(WINDOW).is_showing is True
    assert read_keyguard(WINDOW).credential is Credential.SET
    has_pin = said(b"  User 0\n    CredentialType: PIN\n")
    found = read_lock((said(b"Vendor trust 1\n"), SLEEPING, has_pin, said(WINDOW)))
    assert found is not None and found.code == "locked"
    assert read_lock((said(b"Vendor trust 1\n"), SLEEPING, NOTHING, said(WINDOW))) is None
    assert read_lock((said(b"Vendor trust 1\n"), SLEEPING, has_pin, NOTHING)) is None


def test_biometrics_are_left_alone_where_that_would_cut_the_cable() -> None:
    for sdk, carrier, wanted in (
        (33, Carrier.CABLE, False), (34, Carrier.CABLE, True), (35, Carrier.CABLE, False),
        (36, Carrier.WIRELESS_DEBUGGING, True), (35, Carrier.NETWORK, True),
    ):  # fmt: skip
        assert wants_strong_auth(Lock(), replace(facts(), sdk=sdk, carrier=carrier)) is wanted
    assert not wants_strong_auth(Lock(strong_auth=StrongAuth.NEVER), facts())


def test_what_is_not_told_is_not_known() -> None:
    untold = read_facts((NOTHING,) * 16, Carrier.CABLE)
    assert (untold.sdk, untold.vendor, untold.users, untold.sim) == (0, Vendor.OTHER, (0,), Sim.UNKNOWN)
    assert (untold.is_booted, untold.in_call, untold.boot_id, untold.has_service("x")) == (None,) * 4
    possible = {one.kind for one in judge_all(untold) if one.verdict is Verdict.POSSIBLE}
    assert not possible & {OrderKind.LOCK, OrderKind.CALL, OrderKind.WIPE, OrderKind.MESSAGE, OrderKind.FREEZE}
    properties = read_properties(b"[ro.a]: [x]\r\n[ro.a]: [y]\n[gsm.sim.state]: [ABSENT,READY]\n")
    assert properties == {"ro.a": "x", "gsm.sim.state": "ABSENT,READY"}


@pytest.mark.parametrize(
    ("kind", "phone", "verdict", "because", "by_hand"),
    [
        (OrderKind.LOCK, facts(), Verdict.POSSIBLE, Because.NONE, ""),
        (
            OrderKind.LOCK, facts(takes_key_events=False, vendor=Vendor.XIAOMI),
            Verdict.IMPOSSIBLE, Because.KEY_EVENTS_REFUSED, "advice.key_events.xiaomi",
        ),
        (
            OrderKind.LOCK, facts(takes_key_events=False, owner=Owner(app=OwnerApp.TESTDPC, package="p")),
            Verdict.POSSIBLE, Because.NONE, "",
        ),
        (
            OrderKind.LOCK, replace(facts(), has_credential=Credential.NONE),
            Verdict.IMPOSSIBLE, Because.NO_SCREEN_LOCK, ByHand.SET_PIN_FIRST,
        ),
        (
            OrderKind.MESSAGE, replace(facts(), sdk=29),
            Verdict.IMPOSSIBLE, Because.BEFORE_ANDROID_11, ByHand.CALL_THE_PERSON,
        ),
        (OrderKind.CALL, facts(sim=Sim.NONE), Verdict.IMPOSSIBLE, Because.NO_SIM, ByHand.INSERT_SIM),
        (OrderKind.CALL, facts(sim=Sim.READY, in_call=True), Verdict.NOT_NOW, Because.IN_CALL, ByHand.WAIT),
        (
            OrderKind.WIPE, facts(services=frozenset({"package"})),
            Verdict.IMPOSSIBLE, Because.NO_TEST_HARNESS, ByHand.RECOVERY_WIPE,
        ),
        (
            OrderKind.WIPE, facts(services=frozenset({"testharness"}), battery_pct=20, is_powered=False),
            Verdict.NOT_NOW, Because.BATTERY_LOW, ByHand.CHARGE,
        ),
        (OrderKind.WIPE, facts(services=frozenset({"testharness"})), Verdict.POSSIBLE, Because.NEEDS_PIN, ""),
        (OrderKind.RING, facts(is_booted=False), Verdict.NOT_NOW, Because.STARTING, ByHand.WAIT),
        (OrderKind.OWNER_LOCK, facts(is_owner_told=True), Verdict.IMPOSSIBLE, Because.NO_OWNER, ByHand.OWNER_APP),
    ],
)  # fmt: skip
def test_what_a_phone_can(kind: OrderKind, phone: PhoneFacts, verdict: Verdict, because: Because, by_hand: str) -> None:
    found = judge(kind, phone)
    assert (found.verdict, found.because, found.by_hand) == (verdict, because, by_hand)
    assert (found.verdict is Verdict.IMPOSSIBLE) <= bool(found.by_hand)
    assert found.route in set(Route)


@given(st.binary(max_size=300), st.sampled_from((WINDOW, DUMP, AUDIO, POLICY)), st.integers(0, 2000))
def test_nothing_a_phone_prints_breaks_a_reader(noise: bytes, known: bytes, at: int) -> None:
    for printed in (noise, known[:at] + noise + known[at:], known[:at]):
        section = said(printed)
        read_app_states(printed, "com.tencent.mm")
        read_owner(section, section)
        read_sounds(printed)
        read_volume(printed)
        count_beeps(printed, "a")
        read_lock((section,) * 4)
        judge_all(read_facts((section,) * 16, Carrier.CABLE))
