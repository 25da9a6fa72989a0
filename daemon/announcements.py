"""How many notifications a phone announced that could not be read any more."""


class Announcements:
    """Counts of one phone. The log announces every posting and update; a read sees only what is shown at its moment."""

    def __init__(self) -> None:
        self._waiting = 0
        self._before = 0

    def announce(self) -> None:
        """An allow-listed app posted or updated something."""
        self._waiting += 1

    def begin(self) -> None:
        """A read begins: what was announced until now should be in it."""
        self._before = self._waiting

    def end(self, new_texts: int) -> int:
        """The read is done; how many announcements brought no new text: replaced before the read, or unchanged."""
        missed = max(0, self._before - new_texts)
        during = self._waiting - self._before
        self._waiting = during - min(during, max(0, new_texts - self._before))
        self._before = 0
        return missed
