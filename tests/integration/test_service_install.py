"""`install-service` into another root, its refusals, and the first keys as another user."""

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crypto.keyring import open_keyring
from crypto.secrets import CredentialSecret
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import Language
from daemon.config import parse_config
from daemon.installing.first_keys import make_first_keys
from daemon.installing.layout import CREDENTIAL, Layout
from daemon.installing.service_install import installing, taking_away
from daemon.installing.steps import Run, WriteFile, is_done, take
from daemon.main import main

PROGRAM = Path("/opt/shopwarden/current/bin/shopwardend")


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A directory that every user may enter."""
    with tempfile.TemporaryDirectory(prefix="shopwarden-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_files_below_another_root_are_written_once_and_taken_away(tmp_path: Path) -> None:
    layout = Layout(bin=PROGRAM.parent, prefix=tmp_path)
    steps = installing(layout, store_name="旗舰店", language=Language.ZH, timezone=None)
    assert steps and all(isinstance(step, WriteFile) for step in steps), "no command of this machine is run"
    for step in steps:
        take(step)
    assert all(is_done(step) for step in installing(layout, store_name="x", language=Language.EN, timezone=None))
    unit = tmp_path / "etc/systemd/system/shopwardend.service"
    assert stat.S_IMODE(unit.stat().st_mode) == 0o644
    unit.write_text(unit.read_text() + "# changed by somebody\n")
    assert [is_done(step) for step in steps].count(False) == 1
    for step in taking_away(layout):
        take(step)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_steps_on_a_machine_end_with_a_service_that_starts_by_itself() -> None:
    steps = installing(Layout(bin=PROGRAM.parent), store_name="旗舰店", language=Language.ZH, timezone="Asia/Shanghai")
    commands = [step.command for step in steps if isinstance(step, Run)]
    assert commands[0] == ("systemd-sysusers", "/etc/sysusers.d/shopwarden.conf")
    assert commands[-2:] == [
        ("systemctl", "daemon-reload"), ("systemctl", "enable", "shopwarden-adb.service", "shopwardend.service"),
    ]  # fmt: skip
    (written,) = [step for step in steps if isinstance(step, WriteFile) and step.path.suffix == ".toml"]
    config = parse_config(written.content, written.path)
    assert (config.adb.server, config.key.source, config.key.name) == ("127.0.0.1:5038", "credential", "root")
    assert (config.store.name, config.store.timezone, written.mode) == ("旗舰店", "Asia/Shanghai", 0o640)


def test_a_machine_without_systemd_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "shopwardend"
    program.touch()
    monkeypatch.setattr("daemon.installing.layout._HIDDEN", ())
    arguments = ["install-service", "--program", str(program), "--lang", "en"]
    if not Path("/run/systemd/system").is_dir():
        assert main(arguments) == ExitCode.USAGE
        assert "does not run systemd" in capfd.readouterr().err
    monkeypatch.setattr("daemon.installing.service_install._RUNNING_SYSTEMD", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert main(arguments) == ExitCode.NOT_PERMITTED
    assert main([*arguments, "--dry-run", "--json"]) == ExitCode.OK
    lines = msgspec.json.decode(capfd.readouterr().out)["items"]
    assert lines[-1]["step"] == "systemctl start shopwarden-adb.service shopwardend.service"
    assert f"ExecStart={program} run" in lines[1]["content"]
    assert list(tmp_path.iterdir()) == [program]
    monkeypatch.setattr("daemon.installing.layout._HIDDEN", (tmp_path,))
    assert main([*arguments, "--dry-run"]) == ExitCode.OK  # told all the same, with what would stand in the way
    assert f"cannot start a program in {tmp_path}" in capfd.readouterr().err
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert main(arguments) == ExitCode.USAGE
    assert f"cannot start a program in {tmp_path}" in capfd.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, as installing does")
def test_the_first_keys_belong_to_the_daemons_user_and_open_by_the_credential(open_dir: Path) -> None:
    tool = shutil.which("systemd-creds")
    if tool is None:
        pytest.skip("no systemd-creds here")
    layout = Layout(bin=PROGRAM.parent, prefix=open_dir, user="nobody")
    credential = layout.on_disk(CREDENTIAL)
    credential.parent.mkdir(parents=True)
    make_first_keys(layout)
    state = layout.on_disk(layout.state)
    assert {path.stat().st_uid for path in (state, *state.iterdir())} == {pwd.getpwnam("nobody").pw_uid}
    assert (stat.S_IMODE(state.stat().st_mode), stat.S_IMODE(credential.stat().st_mode)) == (0o700, 0o600)
    clear = subprocess.run(
        [tool, "--name=root", "decrypt", str(credential), "-"], capture_output=True, timeout=20, check=True
    ).stdout
    folder = open_dir / "credentials"
    folder.mkdir(mode=0o700)
    (folder / "root").write_bytes(clear)
    (folder / "root").chmod(0o400)
    os.environ["CREDENTIALS_DIRECTORY"] = str(folder)
    try:
        assert open_keyring(state / "keys.json", CredentialSecret("root")).store_id
    finally:
        del os.environ["CREDENTIALS_DIRECTORY"]
