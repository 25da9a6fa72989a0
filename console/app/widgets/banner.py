"""One line across the screen for what is wrong now. It stays until it is not wrong any more."""

from enum import StrEnum

from ...safe_text import SafeContent
from .note import Note


class Tone(StrEnum):
    """How bad it is."""

    NOTICE = "notice"
    ERROR = "error"


class Banner(Note):
    """Hidden while there is nothing to say."""

    def say(self, content: SafeContent | None, tone: Tone = Tone.ERROR) -> None:
        """Show `content`, or hide with None."""
        self.set_class(content is not None, "-shown")
        self.set_class(tone is Tone.ERROR, "-error")
        if content is not None:
            self.show(content)
