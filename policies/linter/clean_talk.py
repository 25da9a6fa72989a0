"""Messages that mean no harm, packaged."""

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def clean_talk() -> tuple[str, ...]:
    """One message each, of shops and their customers."""
    text = resources.files(__package__).joinpath("clean_talk.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
