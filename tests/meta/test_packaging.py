"""The five generic package names stay ours: python-daemon and its like would overwrite them on install."""

import ast
import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("adb_bridge", "console", "crypto", "daemon", "policies")


@pytest.mark.parametrize("name", PACKAGES)
def test_only_shopwarden_provides_the_package(name: str) -> None:
    providers = set(importlib.metadata.packages_distributions().get(name, ["shopwarden"]))
    assert providers == {"shopwarden"}


@pytest.mark.parametrize("name", PACKAGES)
def test_package_is_ours_typed_and_documented(name: str) -> None:
    package = importlib.import_module(name)
    assert package.__file__ is not None
    assert Path(package.__file__).is_relative_to(ROOT)
    assert package.__doc__
    assert (ROOT / name / "py.typed").is_file()


def test_no_namesake_distribution_is_installed() -> None:
    installed = {dist.metadata["Name"].lower() for dist in importlib.metadata.distributions()}
    assert installed.isdisjoint({"python-daemon", "pycrypto", "pycryptodome", *PACKAGES})


IMPORTED_AS = {
    "prometheus-client": "prometheus_client",
    "pyahocorasick": "ahocorasick",
    "pyopenssl": "OpenSSL",
    "shamir-mnemonic": "shamir_mnemonic",
    "textual-serve": "textual_serve",
}


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    """A library that only comes along with another may leave with it; one that nobody imports only adds risk."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    names = {re.split(r"[<>=!~;\[ ]", line, maxsplit=1)[0] for line in [*project["dependencies"], *extras]}
    imported: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    imported |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
                    imported.add(node.module.split(".")[0])
    assert imported - set(sys.stdlib_module_names) - set(PACKAGES) == {IMPORTED_AS.get(name, name) for name in names}


def test_wheel_holds_exactly_the_five_packages(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.split("/", 1)[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == set(PACKAGES)
    for name in PACKAGES:
        assert f"{name}/py.typed" in names


def test_every_package_data_file_is_in_the_tree() -> None:
    """Catalogs, packs, scenarios and styles ship as package data; an ignored file would be missing from the wheel."""
    tracked = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", *PACKAGES],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=20,
    ).stdout.split()  # fmt: skip
    ignored = subprocess.run(
        ["git", "ls-files", "--others", "--ignored", "--exclude-standard", *PACKAGES],
        cwd=ROOT, check=True, capture_output=True, text=True, timeout=20,
    ).stdout.split()  # fmt: skip
    assert [path for path in ignored if not path.endswith((".pyc", ".tmp")) and "__pycache__" not in path] == []
    assert isinstance(tracked, list)
