"""A wipe and its PINs through kill -9: asked for and looked at on the command line, agreed to by another person."""

import asyncio
import contextlib
from pathlib import Path

from adb_bridge.clock import SystemClock
from adb_bridge.simphone.command_faults import CommandFault, FaultMode
from adb_bridge.simphone.phone import SimPhone
from adb_bridge.simphone.power import CredentialResult
from adb_bridge.simphone.spec import History, Latencies
from crypto.database import OpenMode
from crypto.head_log import HeadLog
from crypto.keyring import open_keyring
from crypto.secrets import KeyFileSecret
from daemon.api.client import ApiClient
from daemon.api.wiping_client import wipe_of
from daemon.archive.archive import Archive
from daemon.archive.drafts import CommandFilter
from daemon.bus import Bus
from daemon.commanding.orders import Requester
from daemon.commanding.queue import CommandQueue
from daemon.paths import state_paths
from tests.contract.cli_runner import shopwarden

from .daemon_support import phone
from .running_daemon import RunningDaemon, enrol, new_state

PIN = "7391526408"
"""Found nowhere on the disk and in no log."""
CUT, SLOW = "SIMCUT1", "SIMSLOW1"


async def test_a_killed_daemon_goes_on_with_wipes_and_leaks_no_pin(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        cut = await stack.enter_async_context(
            phone(CUT, pin=PIN, history=History(sms=2), latencies=Latencies(boot_s=0.3, wipe_s=0.05))
        )
        slow = await stack.enter_async_context(
            phone(SLOW, pin=PIN, history=History(sms=2), latencies=Latencies(boot_s=1.0, wipe_s=0.05))
        )
        cut.faults.commands.add(CommandFault(match="locksettings clear*", mode=FaultMode.HANG))
        state = new_state(tmp_path, [cut.address, slow.address])
        daemon = RunningDaemon(state)
        await daemon.start()
        stack.push_async_callback(daemon.kill)
        commands = [await asked_for(state, daemon, one) for one in (cut, slow)]
        await daemon.kill()
        await agreed(state)
        await daemon.start()
        async with asyncio.timeout(20):
            await reached(daemon, commands[0], "clearing")
            await reached(daemon, commands[1], "sent")
        await daemon.kill()
        await daemon.start()
        async with asyncio.timeout(40):
            for command in commands:
                await reached(daemon, command, "unenrolled")
        for serial, one, command in zip((CUT, SLOW), (cut, slow), commands, strict=True):
            ended = await shopwarden(state, "commands", "show", command, "--json")
            assert (ended.items[0]["state"], ended.items[0]["result"]) == ("acknowledged", "emptied")
            paper = await shopwarden(state, "wipes", "show", command)
            assert paper.code == 0 and "boss" in paper.out
            shown = await shopwarden(state, "pin", "show", serial, "--reason", "fetch it", "--json")
            new = str(shown.items[0]["pin"])
            assert one.store.sms() == ()
            assert one.handset.power.check(new) is CredentialResult.OK
            assert PIN not in paper.out + ended.out + ended.err and new != PIN
            refused = await shopwarden(state, "pin", "show", serial, "--reason", "into a file")
            assert refused.code == 2 and refused.out == ""
        assert await daemon.stop() == 0
    on_disk = [path for path in tmp_path.rglob("*") if path.is_file() and PIN.encode() in path.read_bytes()]
    assert on_disk == []


async def asked_for(state: Path, daemon: RunningDaemon, one: SimPhone) -> str:
    serial = one.spec.serial
    async with ApiClient(daemon.socket, "en") as client:
        async with asyncio.timeout(20):
            while serial not in {device.serial for device in await client.devices()}:
                await asyncio.sleep(0.05)
        await enrol(client, serial, "林小雨")
    await daemon.wait_until_read(timeout_s=20)
    kept = await shopwarden(state, "pin", "record", serial, "--reason", "bench", "--json", stdin=f"{PIN}\n".encode())
    assert kept.code == 0 and PIN not in kept.out + kept.err
    if serial == SLOW:  # the PIN that the wipe has to take away is one that the daemon drew
        given = await shopwarden(state, "pin", "set", serial, "--reason", "bench", "--wait", "--json")
        assert (given.code, given.items[0]["result"]) == (0, "pin_set")
        assert one.handset.power.check(PIN) is not CredentialResult.OK
    wrong = await shopwarden(state, "wipe", serial, "--reason", "lost", stdin=b"SOMEBODY ELSE\n")
    assert wrong.code == 2
    nobody = await shopwarden(state, "wipe", serial, "--reason", "lost")
    assert nobody.code == 2
    asked = await shopwarden(state, "wipe", serial, "--reason", "lost", "--json", stdin=f"{serial}\n".encode())
    assert asked.code == 0, asked.err
    assert asked.items[0]["awaiting_approval"] is True
    command = str(asked.items[0]["command_id"])
    own = await shopwarden(state, "commands", "approve", command, "--name", serial)
    assert own.code == 5  # the same person
    return command


async def agreed(state: Path) -> None:
    """By another person, while the daemon is away: here everybody has the same uid."""
    paths = state_paths(state, {})
    keys = open_keyring(paths.keyring, KeyFileSecret(path=state.parent / "shop.key"))
    clock = SystemClock()
    archive = Archive.open(paths.archive, keys, clock=clock, heads=HeadLog(paths.heads), mode=OpenMode.READ_WRITE)
    try:
        queue = CommandQueue(archive, clock, Bus())
        await queue.load()
        boss = Requester(name="boss", role="owner", uid=7)
        for command in await archive.commands(CommandFilter(is_open=True)):
            await queue.approve(boss, command, "agreed")
    finally:
        await archive.close()


async def reached(daemon: RunningDaemon, command: str, stage: str) -> None:
    async with ApiClient(daemon.socket, "en") as client:
        while stage not in {line.stage for line in (await wipe_of(client, command)).stages}:
            await asyncio.sleep(0.02)
