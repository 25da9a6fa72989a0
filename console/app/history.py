"""Which screens were looked at, to go back and forward among them."""

from typing import Final

VISITS_KEPT: Final = 50


class History:
    """A line of visits and where on it one stands."""

    def __init__(self) -> None:
        self._visits: list[str] = []
        self._at = -1

    def visit(self, name: str) -> None:
        """Gone to by itself: what was ahead is forgotten. The same again is no visit."""
        if self._at < 0 or self._visits[self._at] != name:
            self._visits = [*self._visits[: self._at + 1], name][-VISITS_KEPT:]
            self._at = len(self._visits) - 1

    def step(self, by: int) -> str | None:
        """The screen one step back (-1) or forward (1), which is where one stands now; None at the end."""
        at = self._at + by
        if not 0 <= at < len(self._visits):
            return None
        self._at = at
        return self._visits[at]
