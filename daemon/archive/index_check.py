"""The full-text index against the texts: whether a search would find what it should.

The index is a cache, not evidence; `shopwardend reindex` makes it anew.
"""

import hashlib
from array import array
from typing import Final

from crypto.database import Database, OpenMode

from .content import ContentKeys
from .fulltext import tokens_of
from .identifiers import EVENT_PREFIX, spell
from .indexing import index_existing, indexed_texts
from .records import VerifyProblem
from .transaction import Tokens

_WORDS: Final = "CREATE VIRTUAL TABLE temp.indexed_words USING fts5vocab(main, events_text, 'instance')"
_NO_WORDS: Final = "DROP TABLE IF EXISTS temp.indexed_words"
_NAME: Final = "SELECT event_id FROM events WHERE ledger_index = ?"


def first_wrong_index(database: Database, content: ContentKeys, tokens: Tokens) -> tuple[VerifyProblem, str] | None:
    """The first event whose index terms are not those of its text. Needs 8 bytes of memory for each ledger entry."""
    size = database.fetch_value("SELECT ledger_size FROM archive_state")
    assert isinstance(size, int)
    found = array("Q", bytes(8 * (size + 1)))
    # The file is opened for reading only all the same: a temporary table lies in memory.
    database.execute("PRAGMA query_only = OFF").close()
    try:
        database.execute(_WORDS).close()
        last, digest = None, 0
        for term, place in database.execute("SELECT term, doc FROM temp.indexed_words"):
            if term != last:
                last, digest = term, _digest(str(term))
            if isinstance(place, int) and 0 < place <= size:
                found[place] ^= digest
    finally:
        database.execute(_NO_WORDS).close()
        if database.mode is OpenMode.READ_ONLY:
            database.execute("PRAGMA query_only = ON").close()
    digests: dict[str, int] = {}
    for index, terms in indexed_texts(database, content, tokens):
        wanted = 0
        for term in tokens_of(terms):
            if (known := digests.get(term)) is None:
                if len(digests) > _MOST_DIGESTS:
                    digests.clear()
                known = digests[term] = _digest(term)
            wanted ^= known
        if found[index] != wanted:
            event_id = database.fetch_value(_NAME, (index,))
            name = spell(EVENT_PREFIX, event_id) if isinstance(event_id, bytes) else f"ledger:{index}"
            return VerifyProblem.INDEX_WRONG, name
    return None


def reindex(database: Database, content: ContentKeys, tokens: Tokens) -> int:
    """Make the index anew, in one transaction; how many events are in it. Nothing else may have the archive open.

    IntegrityError when a record does not open: then the index is as before.
    """
    if database.mode is OpenMode.READ_ONLY:
        raise ValueError("a read-only archive keeps its index")
    with database.transaction():
        index_existing(database, content, tokens)
        count = database.fetch_value("SELECT count(*) FROM events")
    return count if isinstance(count, int) else 0


_MOST_DIGESTS: Final = 200_000


def _digest(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "replace"), digest_size=8).digest(), "big")
