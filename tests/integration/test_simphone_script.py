"""What a script's newer moments do on phones with profiles, and the command line's profiles."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from adb_bridge.clock import SystemClock
from adb_bridge.records import Source
from adb_bridge.simphone.__main__ import main
from adb_bridge.simphone.faults import Right
from adb_bridge.simphone.fleet import SimFleet
from adb_bridge.simphone.scenario import Scenario, ScenarioError, load_scenario

SCRIPT = """
schema = 1
name = "n"
title = "t"
surnames = ["周"]
given_names = ["一"]
chatter_every_s = 3600
[[staff]]
name = "甲"
profile = "vivo"
switches = {simulated_tap = "on"}
[[talk]]
lines = ["staff: x"]
[[customer]]
key = "zhou"
name = "周女士"
number = "13800130117"
"""
MOMENTS = ("mms_in", "mms_out", "wechat", "wecom", "alipay", "recorded_call")


def scenario(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "script.toml"
    path.write_text(text)
    return load_scenario(path)


async def test_pictures_messengers_and_recorded_calls_happen(tmp_path: Path) -> None:
    moments = "".join(
        f'[[live]]\nat_s = 0.{number}\nwhat = "{what}"\ncustomer = "zhou"\ntexts = ["{what} {{customer}}"]\n'
        for number, what in enumerate(MOMENTS, 1)
    )
    show = SimFleet.from_scenario(scenario(tmp_path, SCRIPT + moments), phones=1, clock=SystemClock())
    (phone,) = show.phones
    assert phone.spec.model == "V2241A" and not phone.faults.is_denied(Right.INPUT)
    playing = asyncio.create_task(show.play())
    async with asyncio.timeout(10):
        while len(show.emissions) < len(MOMENTS):
            await asyncio.sleep(0.05)
    playing.cancel()
    kinds = Counter(emission.source for emission in show.emissions)
    assert kinds == {Source.MMS: 2, Source.NOTIFICATIONS: 3, Source.CALL_LOG: 1}
    received, sent = phone.store.mms()
    assert (int(received.box), int(sent.box)) == (1, 2)
    posted = [posting.notification for posting in phone.notifications.history]
    shown = [(one.package, one.title, one.text) for one in posted if one.package != phone.handset.apps.messages.package]
    assert shown == [
        ("com.tencent.mm", "周女士", "wechat 周女士"),
        ("com.tencent.wework", "周女士", "wecom 周女士"),
        ("com.eg.android.AlipayGphone", "支付宝通知", "alipay 周女士"),
    ]
    (recording,) = phone.recordings.truth()
    assert recording.is_finished and recording.path.startswith("/sdcard/Recordings/Record/Call/")
    await show.stop()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('profile = "vivo"', 'profile = "vino"', "did you mean 'vivo'"),
        ("simulated_tap", "auto_blocker", "no such switch"),
        ('profile = "vivo"', 'profile = "vivo"\nsdk = 30', "unknown key"),
        ('profile = "vivo"', 'brand = "vivo"\nmodel = "m"\ndevice = "d"\nsdk = 30', "no such switch"),
    ],
)
def test_a_wrong_phone_is_refused_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        scenario(tmp_path, SCRIPT.replace(old, new))


def test_phones_take_turns_with_the_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    show = SimFleet.from_scenario(
        load_scenario("jewellery-day"),
        phones=3,
        clock=SystemClock(),
        history_rows=0,
        profiles=("emui", "oneui"),
    )
    assert [phone.spec.model for phone in show.phones] == ["ELE-AL00", "SM-A5460", "ELE-AL00"]
    assert len({phone.spec.serial for phone in show.phones}) == 3
    assert main(["--list-profiles"]) == 0
    assert "hyperos\tXiaomi 14, HyperOS 1 (Android 14)\n" in capsys.readouterr().out
    assert main(["--profile", "hyperoz"]) == 2
    assert "did you mean 'hyperos'" in capsys.readouterr().err
