"""Thirty phones of six makers from one plan: interrupted three times, they end as after one clean run."""

import os
from pathlib import Path

import pytest

from daemon.api.client import ApiClient
from daemon.api.provisioning import PhoneResult, ProvisionRun, RunState
from tests.forking import Forked, fork

from .provisioning_kit import (
    PLAN,
    State,
    States,
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
KINDS = 12
"""After so many, makers, switches and groups come again."""


def provision(daemon: RunningDaemon, folder: Path, *more: str) -> Forked:
    """`shopwarden provision`, in a process of its own."""
    with (folder / "cli.log").open("ab") as log, open(os.devnull, "rb") as nothing:
        return fork(
            "console.main",
            ["provision", str(folder / "plan.toml"), "--state", str(daemon.state), *more],
            stdin=nothing.fileno(), stdout=log.fileno(), stderr=log.fileno(), environment=dict(os.environ),
        )  # fmt: skip


async def brought(folder: Path, count: int, *, is_torn: bool) -> tuple[tuple[States, States, States], ProvisionRun]:
    """One bench from the first cable to the end of the run."""
    folder.mkdir()
    (folder / "plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "people.csv").write_text(people(count), encoding="gb18030")
    async with bench(count) as phones:
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
                for phone in phones[:12:2] + phones[18:]:
                    phone.doors.plug()
                for phone in phones[26:]:  # another port
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
    return (run_state(run), told, await archive_state(daemon.state)), run


def told_anew(state: State, number: int) -> str:
    """Of the phone of this number, as another of its kind would have it."""
    text = repr(state)
    return (
        text.replace(f"BENCH{number:02d}", "BENCH")
        .replace(f"店员{number}'", "店员'")
        .replace(f"手机{number}'", "手机'")
    )


@pytest.mark.slow
async def test_three_interruptions_leave_no_trace(tmp_path: Path) -> None:
    clean, _ = await brought(tmp_path / "clean", KINDS, is_torn=False)
    torn, run = await brought(tmp_path / "torn", COUNT, is_torn=True)
    for of_torn, of_clean in zip(torn, clean, strict=True):
        for number in range(COUNT):
            found = told_anew(of_torn[f"BENCH{number:02d}"], number)
            assert found == told_anew(of_clean[f"BENCH{number % KINDS:02d}"], number % KINDS), number
    results = [one.result for one in run.phones]
    assert len(results) == COUNT and set(results) == {PhoneResult.DONE, PhoneResult.NEEDS_PERSON}
    report = tmp_path / "torn" / "report.html"
    assert oct(report.stat().st_mode) == "0o100600" and "BENCH29" in report.read_text()
