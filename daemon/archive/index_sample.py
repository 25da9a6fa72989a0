"""A sample of the full-text index against the texts: cheap enough for every `verify`, whole for a small archive.

Of a large archive one record in so many is compared, other ones each time, and all of the newest: an old page of the
index lacks terms of hundreds of records, of which some are nearly surely among them. `verify --index` compares all.
"""

import contextlib
import secrets
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final

from crypto.database import Database, OpenMode
from crypto.errors import CryptoErrorCode, IntegrityError

from .content import ContentKeys
from .facets import event_term
from .fulltext import tokens_of
from .identifiers import EVENT_PREFIX, spell
from .indexing import indexed_texts
from .records import VerifyProblem
from .transaction import Tokens

WHOLE_UP_TO: Final = 3_000
"""Ledger entries; above, about so many are in the sample."""
NEWEST: Final = 1_000
_LOOKED_UP: Final = 50
"""Records of which every term is also looked up as a search does it."""
_DAMAGED: Final = frozenset({CryptoErrorCode.DATABASE_DAMAGED, CryptoErrorCode.DATABASE_REOPEN})
_INDEX: Final = "events_text"
_WORDS: Final = "CREATE VIRTUAL TABLE temp.sampled_words USING fts5vocab(main, events_text, 'instance')"
_NO_WORDS: Final = "DROP TABLE IF EXISTS temp.sampled_words"
_PLACES: Final = """
SELECT term, doc FROM temp.sampled_words WHERE term >= ? AND term < ? AND (doc % ? = ? OR doc > ?)"""
_LEAVES: Final = "SELECT term FROM events_text_idx"
"""Where each page of the index begins, after a byte for the kind of page."""
_PARTS: Final = 12
_ALL_PARTS_UP_TO: Final = 300_000
"""Ledger entries; of a larger archive fewer parts are compared at a time, so that the records' check is not held up."""
_LAST: Final = chr(0x10FFFF)
_NAME: Final = "SELECT event_id FROM events WHERE ledger_index = ?"
_UNKNOWN: Final = """
SELECT e.event_id FROM events e WHERE NOT EXISTS (SELECT 1 FROM events_text_docsize d WHERE d.id = e.ledger_index)
LIMIT 1"""
_SETS: Final = tuple(
    f"SELECT count(*), total({row} * 2654435761 % 4294967296) FROM {table}"  # noqa: S608
    for table, row in (("events", "ledger_index"), ("events_text_docsize", "id"))
)
"""Equal for equal sets of numbers, and nearly surely for these alone."""
_COUNTS: Final = "CREATE VIRTUAL TABLE temp.counted_words USING fts5vocab(main, events_text, 'row')"
_NO_COUNTS: Final = "DROP TABLE IF EXISTS temp.counted_words"
_WITH_ID: Final = "SELECT total(doc) FROM temp.counted_words WHERE term >= ? AND term < ?"
_LOOK_UP: Final = "SELECT 1 FROM events_text WHERE events_text MATCH ? AND rowid = ?"

Finding = tuple[VerifyProblem, str]


def first_missing_words(
    database: Database, content: ContentKeys, tokens: Tokens, has_time: Callable[[], bool]
) -> Finding | None:
    """The first sampled event whose index terms are not those of its text; `events_text` when the index is damaged.

    Inside a snapshot, on a connection of its own. A record that does not open is another's to tell: None.
    `has_time`: asked after each twelfth of a large index, in random order; the rest is left when it says no, or in an
    archive that is very large.
    """
    try:
        return _wrong_set(database) or _Sample(database).compare(content, tokens, has_time) or _wrong_ids(database)
    except IntegrityError as error:
        return (VerifyProblem.INDEX_WRONG, _INDEX) if error.code in _DAMAGED else None


def _wrong_set(database: Database) -> Finding | None:
    """The index has to know each event and nothing else."""
    events, known = (database.fetch_one(sql) for sql in _SETS)
    if events != known:
        unknown = database.fetch_value(_UNKNOWN)
        return VerifyProblem.INDEX_WRONG, spell(EVENT_PREFIX, unknown) if isinstance(unknown, bytes) else _INDEX
    return None


def _wrong_ids(database: Database) -> Finding | None:
    """The index has to lead to each event by its id."""
    first = event_term(b"")
    with _temporary(database, _COUNTS, _NO_COUNTS):
        with_id = database.fetch_value(_WITH_ID, (first, first[:-1] + chr(ord(first[-1]) + 1)))
    is_right = with_id == database.fetch_value("SELECT count(*) FROM events")
    return None if is_right else (VerifyProblem.INDEX_WRONG, _INDEX)


@contextlib.contextmanager
def _temporary(database: Database, make: str, drop: str) -> Iterator[None]:
    """The file is opened for reading only all the same: a temporary table lies in memory."""
    database.execute("PRAGMA query_only = OFF").close()
    try:
        database.execute(make).close()
        yield
    finally:
        database.execute(drop).close()
        if database.mode is OpenMode.READ_ONLY:
            database.execute("PRAGMA query_only = ON").close()


class _Sample:
    def __init__(self, database: Database) -> None:
        size = database.fetch_value("SELECT ledger_size FROM archive_state")
        assert isinstance(size, int)
        self._database = database
        self._size = max(size, 1)
        self._every = -(-size // WHOLE_UP_TO) or 1
        self._offset = secrets.randbelow(self._every)
        self._from = max(1, size - NEWEST + 1)
        self._indexes = [*range(self._offset or self._every, self._from, self._every), *range(self._from, size + 1)]

    def compare(self, content: ContentKeys, tokens: Tokens, has_time: Callable[[], bool]) -> Finding | None:
        bounds = self._bounds()
        looked_up = set(secrets.SystemRandom().sample(self._indexes, min(_LOOKED_UP, len(self._indexes))))
        wanted: dict[int, list[int]] = {}
        for index, terms in indexed_texts(self._database, content, tokens, self._indexes):
            digests = wanted[index] = [0] * (len(bounds) + 1)
            found_terms = tokens_of(terms)
            for term in found_terms:
                digests[bisect_right(bounds, term)] ^= hash(term)
            if index in looked_up and not self._finds(found_terms, index):
                return self._wrong(index)
        parts = list(range(len(bounds) + 1))
        secrets.SystemRandom().shuffle(parts)
        for part in parts[: max(1, _ALL_PARTS_UP_TO * _PARTS // self._size)]:
            found = self._digests(("", *bounds)[part], (*bounds, _LAST)[part])
            for index, digests in wanted.items():
                if found.pop(index, 0) != digests[part]:
                    return self._wrong(index)
            if found:  # words of records that are gone: they must not come back
                return VerifyProblem.INDEX_WRONG, f"ledger:{min(found)}"
            if not has_time():
                break
        return None

    def _bounds(self) -> list[str]:
        """Terms that part the index into pieces of about one size; none for a small one."""
        if self._every == 1:
            return []
        rows = self._database.execute(_LEAVES)
        terms = sorted({term[1:].decode("utf-8", "ignore") for (term,) in rows if isinstance(term, bytes) and term})
        return sorted({terms[len(terms) * part // _PARTS] for part in range(1, _PARTS)} - {""}) if terms else []

    def _digests(self, low: str, high: str) -> dict[int, int]:
        """Of the terms from `low` to before `high` of each record of the sample, for this run of the program only."""
        database, found = self._database, dict[int, int]()
        with _temporary(database, _WORDS, _NO_WORDS):
            for term, place in database.execute(_PLACES, (low, high, self._every, self._offset, self._from - 1)):
                found[place] = found.get(place, 0) ^ hash(term)  # type: ignore[index,arg-type]
        return found

    def _wrong(self, index: int) -> Finding:
        name = self._database.fetch_value(_NAME, (index,))
        return VerifyProblem.INDEX_WRONG, spell(EVENT_PREFIX, name) if isinstance(name, bytes) else _INDEX

    def _finds(self, terms: frozenset[str], index: int) -> bool:
        return all(self._database.fetch_one(_LOOK_UP, (f'"{term}"', index)) is not None for term in sorted(terms))
