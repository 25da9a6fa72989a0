"""The Debian package: the same bytes twice, what dpkg says of it, and its scripts below another root."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from crypto.embedded import embedded_libraries
from scripts.build_deb import HOME, Target, control_files, system_entries
from scripts.deb_archive import Entry, write_deb
from scripts.runtime_files import needed_distributions

EPOCH_S = 1_700_000_000
PROGRAM = b"#!/bin/sh\necho run\n"


def _deb(folder: Path, version: str) -> Path:
    """All but the libraries, which take seconds."""
    target = Target(version=version)
    entries = [
        *system_entries(),
        Entry(path=target.home / "bin" / "shopwardend", source=PROGRAM, mode=0o755),
        Entry(path=target.home / "bin" / "python3", link=target.interpreter),
        Entry(path=target.home / "lib" / "version", source=version.encode()),
    ]
    deb = folder / f"shopwarden_{version}.deb"
    write_deb(deb, control=control_files(target, 1024), entries=entries, epoch_s=EPOCH_S, level=1)
    return deb


@pytest.fixture(scope="module")
def debs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    folder = tmp_path_factory.mktemp("deb")
    yield {version: _deb(folder, version) for version in ("1.0.0", "1.1.0")}


def test_the_same_files_make_the_same_bytes(debs: dict[str, Path], tmp_path: Path) -> None:
    assert _deb(tmp_path, "1.0.0").read_bytes() == debs["1.0.0"].read_bytes()


def _dpkg(*arguments: str) -> str:
    tool = shutil.which(arguments[0])
    if tool is None:
        pytest.skip(f"no {arguments[0]} here")
    # dpkg wants the administrators' programs, which are not on everybody's path
    paths = {"PATH": os.environ.get("PATH", os.defpath) + ":/usr/local/sbin:/usr/sbin:/sbin"}
    done = subprocess.run(
        [tool, *arguments[1:]], capture_output=True, text=True, timeout=60, check=False, env=os.environ | paths
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_dpkg_reads_what_is_in_it(debs: dict[str, Path]) -> None:
    told = _dpkg("dpkg-deb", "--info", str(debs["1.0.0"]))
    for line in ("Package: shopwarden", "Version: 1.0.0", "Depends: python3 (>= 3.", "postinst", "preinst", "md5sums"):
        assert line in told
    lines = _dpkg("dpkg-deb", "--contents", str(debs["1.0.0"])).splitlines()
    assert all(line.split()[1] == "root/root" for line in lines)
    names = {line.split()[5] for line in lines}
    assert {
        "./opt/shopwarden/1.0.0/bin/shopwardend", "./usr/bin/shopwarden", "./usr/lib/sysusers.d/shopwarden.conf",
        "./usr/lib/systemd/system/shopwarden-adb.service", "./usr/lib/systemd/system/shopwardend.service",
    } <= names  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0, reason="dpkg wants root")
def test_a_new_version_comes_beside_the_old_one_and_removing_leaves_nothing(
    debs: dict[str, Path], tmp_path: Path
) -> None:
    admin = tmp_path / "var/lib/dpkg"
    for folder in ("info", "updates", "triggers"):
        (admin / folder).mkdir(parents=True)
    (admin / "status").touch()
    dpkg = ("dpkg", f"--root={tmp_path}", "--force-script-chrootless", "--force-depends", "--log=/dev/null")
    _dpkg(*dpkg, "-i", str(debs["1.0.0"]))
    home = tmp_path / HOME.relative_to("/")
    assert os.readlink(home / "current") == "1.0.0"
    _dpkg(*dpkg, "-i", str(debs["1.1.0"]))
    assert os.readlink(home / "current") == "1.1.0"
    assert {name: (home / name / "lib/version").read_text() for name in ("1.0.0", "1.1.0")} == {
        "1.0.0": "1.0.0",
        "1.1.0": "1.1.0",
    }, "the old one is there for the way back"
    assert (home / "1.0.0/bin/shopwardend").read_bytes() == PROGRAM
    assert [path.name for path in home.iterdir() if path.name.startswith(".")] == []
    state = tmp_path / "var/lib/shopwarden/archive.db"
    state.parent.mkdir()
    state.write_bytes(b"records")
    _dpkg(*dpkg, "--purge", "shopwarden")
    assert not home.exists()
    assert state.read_bytes() == b"records"


def test_what_the_program_needs_is_found_with_what_that_needs() -> None:
    names = {one.metadata["Name"].lower() for one in needed_distributions()}
    assert {"textual", "rich", "sqlcipher3", "cryptography", "cffi", "apprise", "aiohttp", "yarl"} <= names
    assert names.isdisjoint({"pytest", "mypy", "hypothesis", "cyclonedx-bom", "aiosmtpd", "numba"})


def test_libraries_inside_of_others_tell_their_versions() -> None:
    told = {(one.name, one.inside): one.version for one in embedded_libraries()}
    for key in (("SQLite", "sqlcipher3"), ("SQLCipher", "sqlcipher3"), ("OpenSSL", "sqlcipher3"),
                ("OpenSSL", "cryptography"), ("OpenSSL", "python")):  # fmt: skip
        assert told[key][0].isdigit(), key


def test_paths_of_a_package_are_absolute() -> None:
    assert all(PurePosixPath(entry.path).is_absolute() for entry in system_entries())
