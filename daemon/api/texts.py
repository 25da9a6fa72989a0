"""Texts for people, in English and Chinese, kept as TOML catalogs beside the code.

A catalog entry is a table that holds `en` and `zh`; its key is its path joined by dots:
`[error."device.not_found"]` with `message = { en = "…", zh = "…" }` is `error.device.not_found.message`.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

CATALOG = Path(__file__).parent / "catalog"
"""Errors, results, capabilities and the like: what daemon and clients both say."""

STRICT_VARIABLE = "SHOPWARDEN_STRICT_TEXTS"
"""Set to anything: a missing key or language is a KeyError, as tests want it."""

Value = str | int | float


class Language(StrEnum):
    """The languages that every text exists in."""

    EN = "en"
    ZH = "zh"


class CatalogError(Exception):
    """A catalog file of ours is not what it should be; names file and key."""


class Texts:
    """The texts of one language. Without the key, the key itself; without the translation, English."""

    def __init__(self, language: str, entries: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.language = Language.ZH if language.lower().startswith("zh") else Language.EN
        self._entries = read_catalogs(CATALOG) if entries is None else entries

    def get(self, key: str, /, **values: Value) -> str:
        """The text of `key` with `{name}` replaced. Raises KeyError only when strict."""
        entry = self._entries.get(key)
        is_strict = STRICT_VARIABLE in os.environ
        if entry is None:
            if is_strict:
                raise KeyError(key)
            return key
        template = entry[self.language] if is_strict else entry.get(self.language) or entry.get(Language.EN, key)
        try:
            return template.format_map(values)
        except (KeyError, IndexError, ValueError, AttributeError):
            if is_strict:
                raise
            return template

    def has(self, key: str) -> bool:
        """Whether a catalog knows `key`."""
        return key in self._entries

    def keys(self) -> tuple[str, ...]:
        """All keys, in the order of the files."""
        return tuple(self._entries)


def load_texts(language: str, *catalog_dirs: Path) -> Texts:
    """The shared catalog joined by those in `catalog_dirs` (each `*.toml`). Raises CatalogError."""
    return Texts(language, read_catalogs(CATALOG, *catalog_dirs))


def pick_language(explicit: str | None, env: Mapping[str, str]) -> Language:
    """`--lang`, else $SHOPWARDEN_LANG, else $LC_ALL, $LC_MESSAGES, $LANG; zh* is Chinese, all else English."""
    wishes = (explicit, *(env.get(name) for name in ("SHOPWARDEN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")))
    wish = next((wish for wish in wishes if wish), "")
    return Language.ZH if wish.lower().startswith("zh") else Language.EN


def language_wish(arguments: Sequence[str]) -> str | None:
    """`--lang` before anything else is parsed, because the help needs it."""
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            return arguments[position + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return None


def read_catalogs(*directories: Path) -> dict[str, dict[str, str]]:
    """Key to language to text; a later directory may word a key of an earlier one anew.

    Raises CatalogError for broken files and for keys given twice in one directory.
    """
    entries: dict[str, dict[str, str]] = {}
    for directory in directories:
        own: dict[str, dict[str, str]] = {}
        for path in sorted(directory.glob("*.toml")):
            try:
                leaves = _read(path, path.read_bytes())
            except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
                raise CatalogError(f"{path}: {error}") from error
            for key, entry in leaves:
                if key in own:
                    raise CatalogError(f"{path}: {key} is defined twice")
                own[key] = entry
        entries |= own
    return entries


def missing_translations(*directories: Path) -> tuple[str, ...]:
    """`key:language` of every entry without its text in a language; what the meta test wants empty."""
    return tuple(
        f"{key}:{language}"
        for key, entry in read_catalogs(*directories).items()
        for language in Language
        if not entry.get(language)
    )


@lru_cache(maxsize=256)
def _read(path: Path, data: bytes) -> tuple[tuple[str, dict[str, str]], ...]:
    """A program reads the same files once for each language."""
    return tuple(_leaves(path, (), tomllib.loads(data.decode("utf-8").replace("\r\n", "\n"))))


def _leaves(path: Path, trail: tuple[str, ...], table: Mapping[str, object]) -> Iterator[tuple[str, dict[str, str]]]:
    texts = {name: value for name, value in table.items() if isinstance(value, str)}
    if texts:
        if len(texts) != len(table) or not texts.keys() <= set(Language):
            raise CatalogError(f"{path}: {'.'.join(trail) or '(top)'} must hold en and zh only")
        yield ".".join(trail), texts
        return
    for name, value in table.items():
        if not isinstance(value, dict):
            raise CatalogError(f"{path}: {'.'.join((*trail, name))} is not a text")
        yield from _leaves(path, (*trail, name), value)
