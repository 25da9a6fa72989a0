"""`shopwardend reindex`: makes the full-text index anew from the records. It is a cache: nothing else changes."""

import os
from argparse import Namespace

from crypto.database import OpenMode, open_database
from crypto.keyring import open_keyring
from crypto.keys import Purpose

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..archive.archive import tokens_of
from ..archive.content import ContentKeys
from ..archive.index_check import reindex
from ..archive.schema import require_current
from ..config import load_config
from ..paths import config_file, require_keyring, state_paths
from ..state_lock import StateLock
from .narration import say
from .secret_input import secret_for


def run(options: Namespace, texts: Texts) -> ExitCode:
    """OK; USAGE while a daemon runs."""
    paths = state_paths(options.state, os.environ)
    file = config_file(options.config, os.environ, paths)
    config = load_config(file)
    require_keyring(paths)
    lock = StateLock(paths.lock)
    lock.acquire()
    try:
        keys = open_keyring(paths.keyring, secret_for(options, config, file, texts))
        with open_database(paths.archive, keys.derive(Purpose.ARCHIVE), OpenMode.READ_WRITE) as database:
            require_current(database)
            count = reindex(database, ContentKeys(keys), tokens_of(keys))
    finally:
        lock.release()
    say(texts.get("cli.reindex.done", count=count))
    return ExitCode.OK
