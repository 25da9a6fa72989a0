"""Console tests fail on a missing text instead of showing its key."""

import pytest

from daemon.api.texts import STRICT_VARIABLE


@pytest.fixture(autouse=True)
def strict_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STRICT_VARIABLE, "1")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot looks whether the process is idle every 20 ms, twice a key, which is half of these tests' time."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.005)
