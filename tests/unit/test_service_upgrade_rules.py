"""When an upgrade is well: a service whose start and looks are told beforehand, on real folders."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from daemon.api.exit_codes import ExitCode
from daemon.errors import DaemonError
from daemon.installing import upgrade as module
from daemon.installing.look import Look, State
from daemon.installing.releases import Releases
from daemon.installing.safekeeping import Safekeeping
from daemon.installing.upgrade import Outcome, Upgrade

SEALED, AWAY = Look(state=State.SEALED), Look(state=State.AWAY)


def _ready(*failing: str) -> Look:
    return Look(state=State.READY, version="x", failing=failing)


@dataclass(slots=True)
class _Told:
    """A service; `looks` by version, `refuses` those that do not start."""

    releases: Releases
    looks: dict[str, Look]
    refuses: tuple[str, ...] = ()
    runs: str | None = "1.0"
    calls: list[str] = field(default_factory=list)

    def is_running(self) -> bool:
        return self.runs is not None

    def stop(self) -> None:
        self.calls.append(f"stop {self.runs}")
        self.runs = None

    def start(self) -> None:
        version = self.releases.current() or ""
        self.calls.append(f"start {version}")
        if version in self.refuses:
            raise DaemonError("upgrade.service", ExitCode.PARTIAL, action="start")
        self.runs = version

    def look(self, _socket: Path, _owner: Path) -> Look:
        return self.looks[self.runs] if self.runs is not None else AWAY


Make = Callable[..., tuple[Upgrade, _Told]]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    monkeypatch.setattr(module, "_STEADY_S", 0.0)
    for version in ("1.0", "1.1"):
        program = tmp_path / "opt" / version / "bin" / "shopwardend"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\nexit 0\n")
        program.chmod(0o755)
    state = tmp_path / "state"
    state.mkdir()
    (state / "archive.db").write_bytes(b"old")
    releases = Releases(tmp_path / "opt")
    releases.switch("1.0")

    def made(looks: dict[str, Look], **more: object) -> tuple[Upgrade, _Told]:
        service = _Told(releases, looks, **more)  # type: ignore[arg-type]
        monkeypatch.setattr(module, "look_at", service.look)
        upgrade = Upgrade(
            releases=releases, state=state, config=None, socket=state / "api.sock", service=service,
            tell=lambda _step: None, ready_timeout_s=0.2,
        )  # fmt: skip
        return upgrade, service

    return made


def _copy(upgrade: Upgrade) -> bool:
    return Safekeeping(upgrade.state).folder.exists()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (_ready(), _ready(), Outcome.DONE),
        (_ready("archive"), _ready("archive"), Outcome.DONE),
        (_ready(), _ready("adb", "disk", "devices"), Outcome.DONE),
        (_ready(), _ready("adb", "archive"), Outcome.ROLLED_BACK),
        (_ready("archive"), _ready("archive", "rules"), Outcome.ROLLED_BACK),
        (_ready(), Look(state=State.REFUSING), Outcome.ROLLED_BACK),
        (_ready(), AWAY, Outcome.ROLLED_BACK),
    ],
)
def test_only_what_a_version_can_spoil_and_did_spoil_counts(
    make: Make, before: Look, after: Look, expected: Outcome
) -> None:
    upgrade, service = make({"1.0": before, "1.1": after})
    assert upgrade.to("1.1").outcome is expected
    assert service.runs == upgrade.releases.current() == ("1.1" if expected is Outcome.DONE else "1.0")
    assert not _copy(upgrade)


def test_a_version_that_does_not_start_is_followed_by_the_old_one(make: Make) -> None:
    upgrade, service = make({"1.0": _ready(), "1.1": AWAY}, refuses=("1.1",))
    done = upgrade.to("1.1")
    assert (done.outcome, done.problem) == (Outcome.ROLLED_BACK, "upgrade.service")
    assert service.calls == ["stop 1.0", "start 1.1", "stop None", "start 1.0"]


def test_what_was_stopped_stays_stopped(make: Make) -> None:
    upgrade, service = make({"1.1": _ready()}, runs=None)
    assert upgrade.to("1.1").outcome is Outcome.DONE
    assert (service.runs, upgrade.releases.current()) == (None, "1.1")


def test_a_closed_vault_keeps_the_copy_until_somebody_looked(make: Make) -> None:
    upgrade, service = make({"1.0": _ready(), "1.1": SEALED})
    assert upgrade.to("1.1").outcome is Outcome.WAITS
    assert _copy(upgrade)
    for call in (upgrade.finish, lambda: upgrade.to("1.1")):
        with pytest.raises(DaemonError) as caught:
            call()
        assert caught.value.code == "upgrade.still_sealed"
    service.looks["1.1"] = _ready()
    assert upgrade.finish().outcome is Outcome.DONE
    assert not _copy(upgrade)
    with pytest.raises(DaemonError) as caught:
        upgrade.finish()
    assert caught.value.code == "upgrade.nothing_waits"


def test_what_shows_after_unlocking_leads_back(make: Make) -> None:
    upgrade, service = make({"1.0": _ready(), "1.1": SEALED})
    upgrade.to("1.1")
    (upgrade.state / "archive.db").write_bytes(b"new")
    service.looks["1.1"] = _ready("archive")
    assert upgrade.finish().outcome is Outcome.ROLLED_BACK
    assert (service.runs, (upgrade.state / "archive.db").read_bytes()) == ("1.0", b"old")


def test_without_room_for_a_copy_the_old_one_goes_on(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade, service = make({"1.0": _ready(), "1.1": _ready()})
    monkeypatch.setattr("daemon.installing.safekeeping._SPARE", 2**62)
    with pytest.raises(DaemonError) as caught:
        upgrade.to("1.1")
    assert caught.value.code == "upgrade.no_room"
    assert (service.runs, upgrade.releases.current()) == ("1.0", "1.0")


def test_a_copy_that_was_changed_is_not_put_back(make: Make) -> None:
    upgrade, _ = make({"1.0": _ready(), "1.1": _ready("archive")})
    keeping = Safekeeping(upgrade.state)
    keeping.keep("1.0", "1.1")
    (upgrade.state / "archive.db").write_bytes(b"new")
    (keeping.folder / "archive.db").write_bytes(b"changed")
    with pytest.raises(DaemonError) as caught:
        keeping.put_back()
    assert caught.value.code == "upgrade.not_put_back"
    assert (upgrade.state / "archive.db").read_bytes() == b"new"
    assert keeping.folder.exists()
