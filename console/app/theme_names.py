"""The names of the themes, for those who only need to know which there are."""

from typing import Final

THEMES: Final = ("dark", "light", "contrast", "ansi")
