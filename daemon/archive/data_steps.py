"""Steps of migrations that SQL cannot take, by the number of the migration they belong to."""

from collections.abc import Callable, Mapping

from crypto.database import Database

from . import indexing, sealing, table_sums
from .content import ContentKeys
from .transaction import Tokens


def data_steps(database: Database, content: ContentKeys, tokens: Tokens) -> Mapping[int, Callable[[], None]]:
    """Each is taken inside its migration's transaction."""
    return {
        sealing.SCHEMA_VERSION: lambda: sealing.seal_existing(database, content, tokens),
        indexing.SCHEMA_VERSION: lambda: indexing.index_existing(database, content, tokens),
        table_sums.SCHEMA_VERSION: lambda: table_sums.sum_existing(database, tokens.of_table_sums()),
    }
