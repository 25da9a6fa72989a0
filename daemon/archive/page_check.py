"""What the rows of the ledger do not reach: indexes that disagree with their tables, older tables that the ledger does
not hold, pages that no record lies on.

`IndexCheck` runs in a thread of its own on a connection of its own while `verify` goes through the records: SQLite
works without Python's lock there, so on two processors it costs no time.
"""

import threading
from collections.abc import Callable
from typing import Final

from crypto.database import Database
from crypto.errors import CryptoError, CryptoErrorCode, IntegrityError, StatementError

from .content import ContentKeys
from .index_sample import first_missing_words
from .records import VerifyProblem
from .table_check import first_old_table
from .transaction import Tokens

# Also the tables that the full-text index is made of, but not the index as such: FTS5's check of itself (3.53) gives
# false alarms beside a writer.
_ORDINARY_TABLES: Final = """
SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"""
_CACHE: Final = "PRAGMA cache_size = -98304"
"""96 MiB: an index in random order is looked up once for each row."""
_DAMAGED: Final = frozenset({CryptoErrorCode.DATABASE_DAMAGED, CryptoErrorCode.DATABASE_REOPEN})

Finding = tuple[VerifyProblem, str]


class IndexCheck:
    """Begins at once. `finish` waits for what it found; `stop` ends it early."""

    def __init__(self, open_database: Callable[[], Database], content: ContentKeys, tokens: Tokens) -> None:
        """`open_database`: a read-only connection that nobody else uses; closed at the end."""
        self._open_database = open_database
        self._content = content
        self._tokens = tokens
        self._is_awaited = threading.Event()
        self._lock = threading.Lock()
        self._database: Database | None = None
        self._is_stopped = False
        self._finding: Finding | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="index-check", daemon=True)
        self._thread.start()

    def finish(self) -> Finding | None:
        """The first damage; None when there is none. Raises what reading raised, but for damage.

        What is only sampled ends soon; the rest is looked at to its end.
        """
        self._is_awaited.set()
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._finding

    def stop(self) -> None:
        """Nobody asks for the answer any more."""
        with self._lock:
            self._is_stopped = True
            if self._database is not None:
                self._database.interrupt()
        self._thread.join()

    def _run(self) -> None:
        try:
            with self._open_database() as database:
                with self._lock:
                    self._database = database
                    if self._is_stopped:
                        return
                database.execute(_CACHE).close()
                with database.snapshot():
                    self._finding = self._look(database)
                with self._lock:
                    self._database = None
        except StatementError as error:
            if not self._is_stopped:
                self._error = error
        except CryptoError as error:
            self._error = error

    def _look(self, database: Database) -> Finding | None:
        return (
            first_wrong_table(database)
            or first_old_table(database, self._tokens.of_table_sums())
            or first_missing_words(database, self._content, self._tokens, lambda: not self._is_awaited.is_set())
        )


def first_wrong_table(database: Database) -> Finding | None:
    """An index that lacks a row hides it from lists: an old page put back can do that."""
    at = "table"
    try:
        for (table,) in database.fetch_all(_ORDINARY_TABLES):
            at = f"table {table!r}"
            found = database.fetch_value("SELECT * FROM pragma_integrity_check(?)", (table,))
            if found != "ok":
                return VerifyProblem.PAGE_DAMAGED, f"{at}: {found!r}"[:200]
    except IntegrityError as error:
        if error.code not in _DAMAGED:
            raise
        return VerifyProblem.PAGE_DAMAGED, at
    return None


def first_damaged_page(database: Database) -> Finding | None:
    """The first page of the file that is not as it was written; reads the whole file, some hundred MB/s."""
    for page in database.damaged_pages():
        return VerifyProblem.PAGE_DAMAGED, f"page:{page}"
    return None
