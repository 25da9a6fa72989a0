"""A sample of the full-text index against the texts: cheap enough for every `verify`, whole for a small archive.

Of a large archive one record in so many is compared, other ones each time, and all of the newest: an old page of the
index lacks terms of hundreds of records, of which some are nearly surely among them. `verify --index` compares all.
"""

import secrets
from functools import reduce
from operator import xor
from typing import Final

from crypto.database import Database, OpenMode
from crypto.errors import CryptoErrorCode, IntegrityError

from .content import ContentKeys
from .fulltext import tokens_of
from .identifiers import EVENT_PREFIX, spell
from .indexing import indexed_texts
from .records import VerifyProblem
from .transaction import Tokens

WHOLE_UP_TO: Final = 10_000
"""Ledger entries; above, about so many are in the sample."""
NEWEST: Final = 2_000
_LOOKED_UP: Final = 100
"""Records of which every term is also looked up as a search does it."""
_DAMAGED: Final = frozenset({CryptoErrorCode.DATABASE_DAMAGED, CryptoErrorCode.DATABASE_REOPEN})
_INDEX: Final = "events_text"
_WORDS: Final = "CREATE VIRTUAL TABLE temp.sampled_words USING fts5vocab(main, events_text, 'instance')"
_NO_WORDS: Final = "DROP TABLE IF EXISTS temp.sampled_words"
_PLACES: Final = "SELECT term, doc FROM temp.sampled_words WHERE doc % ? = ? OR doc > ?"
_NAME: Final = "SELECT event_id FROM events WHERE ledger_index = ?"
_UNKNOWN: Final = """
SELECT e.event_id FROM events e WHERE NOT EXISTS (SELECT 1 FROM events_text_docsize d WHERE d.id = e.ledger_index)
LIMIT 1"""
_OTHER_COUNT: Final = "SELECT (SELECT count(*) FROM events) <> (SELECT count(*) FROM events_text_docsize)"
_LOOK_UP: Final = "SELECT 1 FROM events_text WHERE events_text MATCH ? AND rowid = ?"

Finding = tuple[VerifyProblem, str]


def first_missing_words(database: Database, content: ContentKeys, tokens: Tokens) -> Finding | None:
    """The first sampled event whose index terms are not those of its text; `events_text` when the index is damaged.

    Inside a snapshot, on a connection of its own. A record that does not open is another's to tell: None.
    """
    try:
        return _without_events(database) or _Sample(database).compare(content, tokens)
    except IntegrityError as error:
        return (VerifyProblem.INDEX_WRONG, _INDEX) if error.code in _DAMAGED else None


def _without_events(database: Database) -> Finding | None:
    """The index has to know each event and nothing else."""
    unknown = database.fetch_value(_UNKNOWN)
    if isinstance(unknown, bytes):
        return VerifyProblem.INDEX_WRONG, spell(EVENT_PREFIX, unknown)
    return (VerifyProblem.INDEX_WRONG, _INDEX) if database.fetch_value(_OTHER_COUNT) else None


class _Sample:
    def __init__(self, database: Database) -> None:
        size = database.fetch_value("SELECT ledger_size FROM archive_state")
        assert isinstance(size, int)
        self._database = database
        self._every = -(-size // WHOLE_UP_TO) or 1
        self._offset = secrets.randbelow(self._every)
        self._from = max(1, size - NEWEST + 1)
        self._indexes = [*range(self._offset or self._every, self._from, self._every), *range(self._from, size + 1)]

    def compare(self, content: ContentKeys, tokens: Tokens) -> Finding | None:
        found = self._digests()
        looked_up = set(secrets.SystemRandom().sample(self._indexes, min(_LOOKED_UP, len(self._indexes))))
        for index, terms in indexed_texts(self._database, content, tokens, self._indexes):
            wanted = tokens_of(terms)
            is_there = found.pop(index, None) == reduce(xor, map(hash, wanted), 0)
            if not is_there or (index in looked_up and not self._finds(wanted, index)):
                name = self._database.fetch_value(_NAME, (index,))
                return VerifyProblem.INDEX_WRONG, spell(EVENT_PREFIX, name) if isinstance(name, bytes) else _INDEX
        # words of records that are gone: they must not come back
        return (VerifyProblem.INDEX_WRONG, f"ledger:{min(found)}") if found else None

    def _digests(self) -> dict[int, int]:
        """Of the terms in the index of each record of the sample, for this run of the program only."""
        database, found = self._database, dict[int, int]()
        # The file is opened for reading only all the same: a temporary table lies in memory.
        database.execute("PRAGMA query_only = OFF").close()
        try:
            database.execute(_WORDS).close()
            for term, place in database.execute(_PLACES, (self._every, self._offset, self._from - 1)):
                found[place] = found.get(place, 0) ^ hash(term)  # type: ignore[index,arg-type]
        finally:
            database.execute(_NO_WORDS).close()
            if database.mode is OpenMode.READ_ONLY:
                database.execute("PRAGMA query_only = ON").close()
        return found

    def _finds(self, terms: frozenset[str], index: int) -> bool:
        return all(self._database.fetch_one(_LOOK_UP, (f'"{term}"', index)) is not None for term in sorted(terms))
