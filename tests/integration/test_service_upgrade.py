"""Upgrades of a real state by real programs, started as children: well, not well, cut off, the wrong way round."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

import msgspec
import pytest

from crypto.keyring import open_keyring, write_keyring
from crypto.secrets import KeyFileSecret, create_key_file
from daemon.api.exit_codes import ExitCode
from daemon.archive.schema import SCHEMA_VERSION
from daemon.installing.releases import Releases, is_older
from daemon.installing.safekeeping import Safekeeping
from daemon.main import main
from daemon.paths import COPY_OF_UPGRADE as FOLDER
from tests.archive_kit import root_key
from tests.integration.running_daemon import opened_archive

OLD = Path(__file__).parents[1] / "data" / "old_archives" / "schema-4"
REAL = f'#!/bin/sh\nexec "{sys.executable}" -P -m daemon "$@"\n'
SPOILS = f"""#!/bin/sh
# Brings the archive to its schema as the real one does, adds a file, loses another, and ends.
[ "$1" = run ] || exec "{sys.executable}" -P -m daemon "$@"
"{sys.executable}" -P -m daemon reindex --state "$3" >/dev/null 2>&1
echo stray > "$3/stray"
rm -f "$3/heads.log"
exit 7
"""


def _release(root: Path, version: str, program: str) -> None:
    path = root / version / "bin" / "shopwardend"
    path.parent.mkdir(parents=True)
    path.write_text(program)
    path.chmod(0o755)


def _sums(state: Path) -> dict[str, str]:
    """Of all that is kept; the lock and the room in reserve hold nothing."""
    return {
        str(path.relative_to(state)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in state.rglob("*")
        if path.is_file() and path.name not in ("daemon.lock", "archive.db.reserve")
    }


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Of a program of long ago, with its archive of schema 4."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    for name in ("archive.db", "heads.log"):
        shutil.copy(OLD / name, folder / name)
        (folder / name).chmod(0o600)
    secret = KeyFileSecret(tmp_path / "shop.key")
    write_keyring(folder / "keys.json", root_key(), create_key_file(secret.path))
    (folder / "shopwarden.toml").write_text(
        f'[key]\nsource = "file"\npath = "{secret.path}"\n[adb]\ndiscovery = "off"\nserver = "127.0.0.1:1"\n'
    )
    (folder / "shopwarden.toml").chmod(0o600)
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "opt"
    for version, program in (("1.0", REAL), ("1.1", REAL), ("1.2", SPOILS)):
        _release(folder, version, program)
    Releases(folder).switch("1.0")
    return folder


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.installing.upgrade._STEADY_S", 0.2)


def _upgrade(root: Path, state: Path, *more: str) -> int:
    return main(
        ["upgrade", "--root", str(root), "--state", str(state), "--no-service", "--timeout", "60", "--json", *more]
    )


async def test_an_old_archive_is_brought_up_and_the_copy_goes(
    root: Path, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _upgrade(root, state, "--to", "1.1") == ExitCode.OK
    assert msgspec.json.decode(capfd.readouterr().out)["outcome"] == "done"
    assert os.readlink(root / "current") == "1.1"
    assert not (state / FOLDER).exists()
    async with opened_archive(state) as archive:
        assert (await archive.counts()).events == 35
        assert (await archive.verify()).ok
    assert SCHEMA_VERSION > 4
    assert _upgrade(root, state, "--to", "1.1") == ExitCode.OK
    assert msgspec.json.decode(capfd.readouterr().out)["outcome"] == "already"
    assert _upgrade(root, state, "--to", "1.0") == ExitCode.MIGRATION, "the way back is a backup's"
    assert os.readlink(root / "current") == "1.1"


def test_a_version_that_is_not_well_leaves_every_byte_as_it_was(
    root: Path, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = _sums(state)
    assert _upgrade(root, state, "--to", "1.2") == ExitCode.PARTIAL
    report = msgspec.json.decode(capfd.readouterr().out)
    assert (report["outcome"], report["old"], report["new"], report["problem"]) == (
        "rolled_back",
        "1.0",
        "1.2",
        "ended",
    )
    assert _sums(state) == before
    assert os.readlink(root / "current") == "1.0"
    assert open_keyring(state / "keys.json", KeyFileSecret(state.parent / "shop.key")).store_id


def test_an_upgrade_that_was_cut_off_is_settled_by_the_next(root: Path, state: Path) -> None:
    before, keeping = _sums(state), Safekeeping(state)
    (state / FOLDER).mkdir()
    (state / FOLDER / "archive.db").write_bytes(b"a copy that was never finished")
    assert _upgrade(root, state, "--to", "1.0") == ExitCode.OK
    assert _sums(state) == before
    keeping.keep("1.0", "1.2")  # cut off here, the old version goes on after the power is back
    (state / "sealed").mkdir()
    (state / "sealed" / "batch").write_bytes(b"collected since")
    since = before | {"sealed/batch": hashlib.sha256(b"collected since").hexdigest()}
    assert _upgrade(root, state, "--to", "1.0") == ExitCode.OK
    assert _sums(state) == since, "what was collected since is never put away"
    keeping.keep("1.0", "1.2")  # cut off after the switch, and the new one is not well
    Releases(root).switch("1.2")
    (state / "archive.db").write_bytes(b"half")
    assert _upgrade(root, state, "--to", "1.0") == ExitCode.OK, "back at 1.0, where it is already"
    assert (_sums(state), os.readlink(root / "current")) == (since, "1.0")
    keeping.keep("1.0", "1.1")  # cut off while it was being put back
    Releases(root).switch("1.1")
    (state / FOLDER / "putting-back").touch()
    (state / "heads.log").unlink()
    assert _upgrade(root, state, "--to", "1.0") == ExitCode.OK
    assert (_sums(state), os.readlink(root / "current")) == (since, "1.0")


def test_a_configuration_that_the_new_one_refuses_stops_nothing(
    root: Path, state: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (state / "shopwarden.toml").write_text("[adb]\nprot = 1\n")
    before = _sums(state)
    assert _upgrade(root, state, "--to", "1.1") == ExitCode.USAGE
    assert "adb.prot" in capfd.readouterr().err
    assert (_sums(state), os.readlink(root / "current")) == (before, "1.0")


def test_a_version_that_is_not_there_is_not_found(root: Path, state: Path) -> None:
    for version in ("9.9", "../opt/1.0", "current"):
        assert _upgrade(root, state, "--to", version) == ExitCode.NOT_FOUND


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1.0", "1.0", False), ("1.0", "1.0.0", False), ("1.9", "1.10", True), ("1.10", "1.9", False),
        ("1.0rc1", "1.0", True), ("1.0", "1.0rc1", False), ("0.9.9", "1.0", True), ("1.0~dev", "1.0", True),
        ("2.0", "1.99.99", False), ("1.0", "1.0.1", True),
    ],
)  # fmt: skip
def test_versions_are_compared_by_their_numbers(one: str, other: str, *, expected: bool) -> None:
    assert is_older(one, other) is expected
