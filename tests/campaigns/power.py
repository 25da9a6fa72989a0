"""Power cuts: one run over a recording file system, then any number of cuts at any moment of it."""

import asyncio
import os
import random
import shutil
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from crypto import opening
from crypto.sqlcipher import Connection

from . import fuse_wire
from .crash_states import Survival, after_the_cut, said_before, unsynced
from .doing import Doing, Said
from .driver import Outcome
from .fuse_disk import ACKS_NAME, Files, RecordingDisk, Step, Synced
from .kills import problem_of
from .stages import STAGES

_RUN_TIMEOUT_S: Final = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one stage did to its disk."""

    stage: str
    start: Files
    journal: list[Step]


def normal_synchronous() -> None:
    """Weaken this process: the setting under which acknowledged rows may be lost."""
    strict = opening._set

    def weak(connection: Connection, name: str, value: int | str) -> None:
        strict(connection, name, 1 if name == "synchronous" else value)

    opening._set = weak


def record(stage_name: str, folder: Path, weaken: Callable[[], None] | None = None) -> Recording:
    """Run the stage on a recording disk mounted below `folder`. `weaken` is called in the process that runs it."""
    before, place = folder / f"{stage_name}.before", folder / f"{stage_name}.mount"
    shutil.rmtree(before, ignore_errors=True)
    vault = before / "vault"
    vault.mkdir(parents=True)
    STAGES[stage_name].prepare(vault)
    place.mkdir(exist_ok=True)
    disk = RecordingDisk(before)
    handle = fuse_wire.mount(place)
    go_read, go_write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(handle)
        os.close(go_write)
        os.read(go_read, 1)
        os._exit(_live(stage_name, place, weaken))
    os.close(go_read)
    server = disk.serve(handle)
    os.close(go_write)
    try:
        _, status = os.waitpid(child, 0)
    finally:
        fuse_wire.unmount(place)
        server.join(10)
    if status != 0:
        raise RuntimeError(f"{stage_name} ended with status {status} on the recording disk")
    return Recording(stage=stage_name, start=disk.start, journal=disk.journal)


def _live(stage_name: str, place: Path, weaken: Callable[[], None] | None) -> int:
    try:
        if weaken is not None:
            weaken()
        said = os.open(place / os.fsdecode(ACKS_NAME), os.O_WRONLY)

        def say(line: str) -> None:
            os.write(said, line.encode() + b"\n")

        doing = Doing(say)
        asyncio.run(STAGES[stage_name].run(place / "vault", doing))
    except BaseException:  # noqa: BLE001  the parent reads the status
        traceback.print_exc()
        return 1
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCut:
    """At `moment` of the journal."""

    stage: str
    moment: int
    survival: Survival
    seed: int

    @property
    def name(self) -> str:
        """As it is written in reports."""
        return f"{self.stage}/{self.survival.value}/{self.moment}.{self.seed}"

    @classmethod
    def named(cls, name: str) -> "PowerCut":
        """The cut of a name."""
        stage, survival, place = name.split("/")
        moment, seed = place.split(".")
        return cls(stage=stage, moment=int(moment), survival=Survival(survival), seed=int(seed))


def cuts_of(recording: Recording, count: int, chance: random.Random) -> list[PowerCut]:
    """Random moments, each right after something that is not a sync."""
    loose = [at for at in range(1, len(recording.journal)) if not isinstance(recording.journal[at], Synced)]
    found = []
    for number in range(count):
        survival = list(Survival)[number % len(Survival)]
        moment, seed = chance.choice(loose) + 1, chance.getrandbits(32)
        found.append(PowerCut(stage=recording.stage, moment=moment, survival=survival, seed=seed))
    return found


def strike(recording: Recording, cut: PowerCut, folder: Path) -> Outcome:
    """Cut, restart, look."""
    disk = after_the_cut(recording.start, recording.journal, cut.moment, cut.survival, random.Random(cut.seed))
    place = folder / "after"
    shutil.rmtree(place, ignore_errors=True)
    disk.store(place)
    said = Said(said_before(recording.journal, cut.moment))
    problem = problem_of(STAGES[recording.stage], place / "vault", said)
    return Outcome(
        point=cut.name,
        took_effect=bool(unsynced(recording.journal, cut.moment)),
        problem=problem,
    )
