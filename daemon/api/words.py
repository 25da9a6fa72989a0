"""Stable names in texts for people: `truncated` is for programs, a person reads what it means in their language."""

from collections.abc import Mapping

from .texts import Texts


def in_words(texts: Texts, values: Mapping[str, str | int]) -> dict[str, str | int]:
    """`values` of a text with each stable name replaced by its word, where the catalogs have one."""
    return {name: word_of(texts, name, value) if isinstance(value, str) else value for name, value in values.items()}


def word_of(texts: Texts, group: str, name: str) -> str:
    """The text `word.<group>.<name>`; the name itself where the catalogs have none."""
    key = f"word.{group}.{name}"
    return texts.get(key) if texts.has(key) else name
