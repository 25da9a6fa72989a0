"""Machine code where the system forbids programs to make any."""

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
