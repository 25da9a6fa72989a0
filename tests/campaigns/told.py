"""What an operator is told: every damage by `shopwardend`, in both languages, with the exit code and a way on.

Also the clock a year off, and two daemons on one state.
"""

import asyncio
import contextlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from crypto.opening import PAGE_BYTES
from daemon.api.client import ApiClient
from daemon.api.socket_path import socket_for_state
from daemon.main import main as shopwardend

from . import shim
from .driver import Outcome

_HAN: Final = re.compile("[\u4e00-\u9fff]")
_HINT: Final = {"en": "hint:", "zh": "提示"}
_YEAR_S: Final = 366 * 86_400
_START_LIMIT_S: Final = 30.0
_CLOCKS: Final = {"year-ahead": _YEAR_S, "year-behind": -_YEAR_S, "ten-years-ahead": 10 * _YEAR_S}


class Told:
    """A state whose daemon ran twice and stopped; `old` is what its files were between."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._whole, self._old, self._state = folder / "whole", folder / "old", folder / "state"
        self._key = folder / "shop.key"
        with _quiet():
            made = shopwardend(["init", "--state", str(self._state), "--key-file", str(self._key)])
        assert made == 0
        for target in (self._old, self._whole):
            with _daemon(self._state):
                asyncio.run(_doctor(self._state))
            shutil.copytree(self._state, target, ignore=shutil.ignore_patterns("*.sock"))

    def points(self) -> list[str]:
        """Damages, clocks, a second daemon."""
        moved = [f"told/clock/{name}" for name in _CLOCKS] if shim.why_not() is None else []
        return [*(f"told/{name}" for name in _DAMAGES), *moved, "told/second-daemon"]

    def strike(self, point: str) -> Outcome:
        """Damage, ask in both languages, compare with the contract."""
        _, name, *rest = point.split("/")
        self._fresh()
        try:
            if name == "clock":
                how = self._at_another_time(_CLOCKS[rest[0]])
            elif name == "second-daemon":
                how = self._second_daemon()
            else:
                code, damage = _DAMAGES[name]
                damage(self._state, self._old)
                how = self._verify(code)
        except AssertionError as error:
            return Outcome(point=point, took_effect=True, problem=str(error)[:600])
        return Outcome(point=point, took_effect=True, how=how)

    def _fresh(self) -> None:
        shutil.rmtree(self._state)
        shutil.copytree(self._whole, self._state)

    def _verify(self, code: int) -> str:
        for language in ("en", "zh"):
            narration, output = io.StringIO(), io.StringIO()
            with contextlib.redirect_stderr(narration), contextlib.redirect_stdout(output):
                got = shopwardend(["verify", "--state", str(self._state), "--lang", language])
            said = output.getvalue() + narration.getvalue()
            assert got == code, f"exit {got}, not {code}: {said}"
            _check_text(said, language)
        return f"exit {code}"

    def _second_daemon(self) -> str:
        with _daemon(self._state):
            for language in ("en", "zh"):
                narration = io.StringIO()
                with contextlib.redirect_stderr(narration):
                    got = shopwardend(["run", "--state", str(self._state), "--lang", language])
                assert got == 2, f"exit {got}"
                _check_text(narration.getvalue(), language)
            asyncio.run(_doctor(self._state))
        return "exit 2"

    def _at_another_time(self, moved_s: int) -> str:
        """Nothing is deleted, the ledger goes on in its order, and it is whole afterwards, also back in our time."""
        before = asyncio.run(_figures(self._state, 0))
        there = asyncio.run(_figures(self._state, moved_s))
        after = asyncio.run(_figures(self._state, 0))
        assert before <= there <= after, f"ledger of {before}, then {there}, then {after} entries"
        return "ledger goes on, nothing deleted"


async def _figures(state: Path, moved_s: int) -> int:
    """The ledger's size while a daemon runs at that time; everything is checked and no deletion is in it."""
    with _daemon(state, moved_s):
        async with ApiClient(socket_for_state(state), "en") as client:
            report = await client.verify(None)
            assert report.ok, report.text
            await client.health()
            size = (await client.hello()).ledger_size
    narration = io.StringIO()
    with contextlib.redirect_stderr(narration), contextlib.redirect_stdout(narration):
        got = await asyncio.to_thread(shopwardend, ["verify", "--state", str(state)])
    assert got == 0, narration.getvalue()
    return size


async def _doctor(state: Path) -> None:
    async with ApiClient(socket_for_state(state), "en") as client:
        await client.health()
        report = await client.verify(None)
        assert report.ok, report.text


@contextlib.contextmanager
def _daemon(state: Path, moved_s: int = 0) -> Iterator[None]:
    """A real daemon, ready; stopped afterwards."""
    clock = {"LD_PRELOAD": str(shim.build()), "FAULTS_CLOCK_S": str(moved_s)} if moved_s else {}
    with (state.parent / "daemon.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "daemon", "run", "--state", str(state)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | clock,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + _START_LIMIT_S
        while not _answers(state):
            assert process.poll() is None, (state.parent / "daemon.log").read_text()[-600:]
            assert time.monotonic() < deadline, "the daemon does not answer"
            time.sleep(0.05)
        yield
        process.terminate()
        assert process.wait(20) == 0, (state.parent / "daemon.log").read_text()[-600:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _answers(state: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(socket_for_state(state)))
        except OSError:
            return False
    return True


def _check_text(said: str, language: str) -> None:
    assert "Traceback" not in said, said
    assert any(line.startswith(_HINT[language]) for line in said.splitlines()), f"no way on is told: {said}"
    has_han = _HAN.search(said) is not None
    assert has_han == (language == "zh"), f"not in {language}: {said}"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        yield


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0x10
    path.write_bytes(content)


def _flip_page(state: Path, _: Path) -> None:
    _flip(state / "archive.db", 4 * PAGE_BYTES + 100)


def _flip_first_page(state: Path, _: Path) -> None:
    _flip(state / "archive.db", 1_000)


def _flip_salt(state: Path, _: Path) -> None:
    _flip(state / "archive.db", 3)


def _truncate(state: Path, _: Path) -> None:
    path = state / "archive.db"
    path.write_bytes(path.read_bytes()[: 9 * PAGE_BYTES + 77])


def _put_back(state: Path, old: Path) -> None:
    shutil.copy(old / "archive.db", state / "archive.db")


def _no_heads(state: Path, _: Path) -> None:
    (state / "heads.log").unlink()


def _first_head(state: Path, _: Path) -> None:
    _flip(state / "heads.log", 20)


def _all_heads(state: Path, _: Path) -> None:
    (state / "heads.log").write_text("?\n" * 500)


def _no_keyring(state: Path, _: Path) -> None:
    (state / "keys.json").unlink()


def _bad_keyring(state: Path, _: Path) -> None:
    _flip(state / "keys.json", 70)


def _no_archive(state: Path, _: Path) -> None:
    (state / "archive.db").unlink()


Damage = Callable[[Path, Path], None]
_DAMAGES: Final[dict[str, tuple[int, Damage]]] = {
    "page": (11, _flip_page),
    "first-page": (11, _flip_first_page),
    "salt": (11, _flip_salt),
    "truncated": (11, _truncate),
    "older-archive": (11, _put_back),
    "no-heads": (11, _no_heads),
    "first-head": (11, _first_head),
    "all-heads": (11, _all_heads),
    "no-keyring": (10, _no_keyring),
    "bad-keyring": (11, _bad_keyring),
    "no-archive": (10, _no_archive),
}


def main() -> None:
    """By hand."""
    with tempfile.TemporaryDirectory() as folder:
        place = Told(Path(folder))
        for point in place.points():
            print(place.strike(point))


if __name__ == "__main__":
    main()
