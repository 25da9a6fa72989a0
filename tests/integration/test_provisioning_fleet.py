"""Thirty phones of six makers from one plan: interrupted three times, they end as after one clean run."""

import os
from pathlib import Path

from daemon.api.client import ApiClient
from daemon.api.provisioning import PhoneResult, ProvisionRun, RunState
from tests.forking import Forked, fork

from .provisioning_kit import (
    PLAN,
    State,
    archive_state,
    bench,
    newest,
    people,
    phone_state,
    run_state,
    until_over,
)
from .running_daemon import RunningDaemon, new_state

COUNT = 30


def provision(daemon: RunningDaemon, folder: Path, *more: str) -> Forked:
    """`shopwarden provision`, in a process of its own."""
    with (folder / "cli.log").open("ab") as log, open(os.devnull, "rb") as nothing:
        return fork(
            "console.main",
            ["provision", str(folder / "plan.toml"), "--state", str(daemon.state), *more],
            stdin=nothing.fileno(), stdout=log.fileno(), stderr=log.fileno(), environment=dict(os.environ),
        )  # fmt: skip


async def brought(folder: Path, *, is_torn: bool) -> tuple[State, State, dict[str, State], ProvisionRun]:
    """One bench from the first cable to the end of the run."""
    folder.mkdir()
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "people.csv").write_text(people(COUNT), encoding="gb18030")
    async with bench(COUNT) as phones:
        daemon = RunningDaemon(new_state(folder, [one.address for one in phones]))
        await daemon.start()
        try:
            command = provision(daemon, folder)
            if is_torn:
                await until_over(daemon, 2)
                command.kill()  # who looked on is gone; the run is not
                await command.wait()
                await until_over(daemon, 8)
                await daemon.kill()
                await daemon.start()
                await until_over(daemon, 12)
                for phone in phones[:12:2] + phones[18:]:
                    phone.doors.unplug()
                for phone in phones[18:24]:
                    phone.doors.plug()
                for phone in phones[:12:2] + phones[24:]:  # another port
                    phone.doors.plug()
                    assert phone.first is not None
                    phone.first.shut()
                    door = await phone.start_second()
                    async with ApiClient(daemon.socket, "en") as client:
                        await client.connect(door.address)
                command = provision(daemon, folder, "--resume", "--report", str(folder / "report.html"))
            assert await command.wait() == 1, (folder / "cli.log").read_text()[-3000:]  # some need a person
            run = await newest(daemon)
            assert run is not None and run.state is RunState.ENDED
        finally:
            await daemon.stop()
        told = {one.spec.serial: phone_state(one) for one in phones}
    return run_state(run), await archive_state(daemon.state), told, run


async def test_three_interruptions_leave_no_trace(tmp_path: Path) -> None:
    clean = await brought(tmp_path / "clean", is_torn=False)
    torn = await brought(tmp_path / "torn", is_torn=True)
    assert torn[2] == clean[2], "the phones"
    assert torn[1] == clean[1], "the archive"
    assert torn[0] == clean[0], "the report"
    results = [one.result for one in torn[3].phones]
    assert len(results) == COUNT and set(results) == {PhoneResult.DONE, PhoneResult.NEEDS_PERSON}
    report = tmp_path / "torn" / "report.html"
    assert oct(report.stat().st_mode) == "0o100600" and "BENCH29" in report.read_text()
