"""When machine code is made and loaded, and that it is not where the system forbids programs to make any."""

import os
from pathlib import Path

import pytest

from policies.matching import machine_code
from policies.matching.compiled import trying


def test_a_system_that_forbids_it_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def refused() -> bool:
        asked.append("try")
        raise PermissionError(13, "cannot allocate executable memory")

    monkeypatch.setattr(trying, "try_out", refused)
    for name, value in (("is_missing", False), ("is_ready", False), ("is_forbidden", False), ("texts", 0)):
        monkeypatch.setattr(machine_code._State, name, value)
    monkeypatch.setattr(machine_code._State, "use", machine_code.Use.AFTER_MANY)
    assert machine_code.is_installed()
    assert not machine_code.prepare()
    assert machine_code.is_forbidden()
    assert not machine_code.prepare_for(machine_code.WORTH_MAKING)
    assert not machine_code.is_worth(machine_code.WORTH_MAKING)
    assert asked == ["try"]


def test_code_that_is_made_is_loaded_early_unless_it_is_of_other_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_code._State, "is_ready", False)
    monkeypatch.setattr(machine_code, "prepare", lambda: True)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not machine_code.prepare_for(machine_code.WORTH)
    made = tmp_path / "compiled_0123" / "sift.sift-1.py311.nbi"
    made.parent.mkdir()
    made.touch()
    assert machine_code.prepare_for(machine_code.WORTH)
    assert not machine_code.prepare_for(machine_code.WORTH - 1)
    os.utime(made, (0, 0))
    assert not machine_code.prepare_for(machine_code.WORTH)
    assert machine_code.prepare_for(machine_code.WORTH_MAKING)


def test_code_of_other_sources_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("is_missing", False), ("is_ready", False), ("is_forbidden", False)):
        monkeypatch.setattr(machine_code._State, name, value)
    monkeypatch.setattr(trying, "try_out", lambda: True)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    old, new = tmp_path / "talk.bond-1.py311.nbi", tmp_path / "sift.sift-1.py311.nbi"
    for file in (old, new):
        file.touch()
    os.utime(old, (0, 0))
    assert machine_code.prepare()
    assert [*tmp_path.iterdir()] == [new]
