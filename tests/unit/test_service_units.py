"""The units as they are put in place: what has to be in them, and systemd's own judgement where it is there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon.errors import DaemonError
from daemon.installing.layout import ADB_UNIT, DAEMON_UNIT, DropIn, Key, Layout
from daemon.installing.units import rendered, service_files

LAYOUT = Layout(bin=Path("/opt/shopwarden/current/bin"))
SAFE = (
    "NoNewPrivileges=yes", "CapabilityBoundingSet=", "AmbientCapabilities=", "ProtectSystem=strict", "ProtectHome=yes",
    "PrivateTmp=yes", "ProtectClock=yes", "ProtectHostname=yes", "ProtectKernelLogs=yes", "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes", "ProtectControlGroups=yes", "ProtectProc=invisible", "RestrictNamespaces=yes",
    "RestrictRealtime=yes", "RestrictSUIDSGID=yes", "LockPersonality=yes", "MemoryDenyWriteExecute=yes",
    "RemoveIPC=yes", "UMask=0077", "LimitCORE=0", "DevicePolicy=closed", "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service", "IPAddressDeny=any",
    "SystemCallFilter=~@privileged @resources @mount @debug @cpu-emulation @obsolete @raw-io @reboot @swap",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK", "StateDirectoryMode=0700",
)  # fmt: skip
OF_THE_DAEMON = (
    "Type=notify", "WatchdogSec=60", "PrivateDevices=yes", "PrivateUsers=no", "User=shopwarden", "Restart=on-failure",
    "LoadCredentialEncrypted=root:/etc/shopwarden/root.cred", "ExecReload=/bin/kill -HUP $MAINPID",
    "StateDirectory=shopwarden", "After=shopwarden-adb.service network-online.target time-sync.target",
    "ExecStart=/opt/shopwarden/current/bin/shopwardend run --state /var/lib/shopwarden"
    " --config /etc/shopwarden/shopwarden.toml",
)  # fmt: skip
OF_ADB = (
    "DeviceAllow=char-usb_device rw", "User=shopwarden-adb", "StateDirectory=shopwarden-adb",
    "ExecStart=/opt/shopwarden/current/bin/shopwardend adb-server --port 5038 --home /var/lib/shopwarden-adb",
)  # fmt: skip


def _lines(unit: str, layout: Layout = LAYOUT) -> list[str]:
    return rendered({DAEMON_UNIT: "shopwardend.service", ADB_UNIT: "shopwarden-adb.service"}[unit], layout).splitlines()


@pytest.mark.parametrize(("unit", "own"), [(DAEMON_UNIT, OF_THE_DAEMON), (ADB_UNIT, OF_ADB)])
def test_a_unit_has_every_protection(unit: str, own: tuple[str, ...]) -> None:
    lines = _lines(unit)
    assert [line for line in (*SAFE, *own) if line not in lines] == []
    assert not any("@" in line.replace("@", "", 0) and re.search(r"@[A-Z_]+@", line) for line in lines)


def test_only_the_adb_server_touches_usb() -> None:
    assert not any(line.startswith("DeviceAllow=") for line in _lines(DAEMON_UNIT))
    assert not any("Credential" in line for line in _lines(ADB_UNIT))


@pytest.mark.parametrize("unit", [DAEMON_UNIT, ADB_UNIT])
def test_systemd_finds_little_exposed(unit: str, tmp_path: Path) -> None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd-analyze here: the test above looks at the lines themselves")
    file = tmp_path / unit
    file.write_text("\n".join(_lines(unit)) + "\n")
    done = subprocess.run(
        [tool, "security", "--offline=true", "--threshold=20", "--no-pager", str(file)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def test_a_passphrase_needs_no_credential_and_waits_for_a_person() -> None:
    lines = _lines(DAEMON_UNIT, Layout(bin=LAYOUT.bin, key=Key.PASSPHRASE))
    assert not any("Credential" in line for line in lines)
    assert any(line.startswith("ExecStart=") and " run --sealed --state " in line for line in lines)


def test_drop_ins_are_written_only_when_asked_for() -> None:
    assert not any(".d/" in str(file.path) for file in service_files(LAYOUT) if "service.d" in str(file.path))
    both = service_files(Layout(bin=LAYOUT.bin, drop_ins=tuple(DropIn)))
    assert {file.path.name for file in both if "service.d" in str(file.path)} == {"fast.conf", "internet.conf"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"user": "Root"}, "install.bad_user"),
        ({"user": "a b"}, "install.bad_user"),
        ({"adb_port": 5037}, "install.bad_port"),
        ({"adb_port": 80}, "install.bad_port"),
        ({"bin": Path("/opt/my programs/bin")}, "install.program_hidden"),
    ],
)
def test_what_could_not_run_is_refused(changed: dict[str, object], code: str) -> None:
    with pytest.raises(DaemonError) as caught:
        Layout(**({"bin": LAYOUT.bin} | changed))  # type: ignore[arg-type]
    assert caught.value.code == code
