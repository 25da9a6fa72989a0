"""Console tests fail on a missing text instead of showing its key."""

import pytest

from daemon.api.texts import STRICT_VARIABLE


@pytest.fixture(autouse=True)
def strict_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(STRICT_VARIABLE, "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
