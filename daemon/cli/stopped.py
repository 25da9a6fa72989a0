"""A vault that no daemon has: for commands that change what only the one writer may change."""

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from crypto.keyring import open_keyring
from crypto.vault_keys import VaultKeys

from ..api.texts import Texts
from ..config import Config, load_config
from ..paths import StatePaths, config_file, require_keyring, state_paths
from ..state_lock import StateLock
from .secret_input import secret_for


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedVault:
    """What such a command works with."""

    paths: StatePaths
    config: Config
    keys: VaultKeys


@contextmanager
def stopped_vault(options: Namespace, texts: Texts) -> Iterator[StoppedVault]:
    """Opened, while no daemon can start. Raises what lock, config and keys raise."""
    paths = state_paths(options.state, os.environ)
    file = config_file(options.config, os.environ, paths)
    config = load_config(file)
    require_keyring(paths)
    lock = StateLock(paths.lock)
    lock.acquire()
    try:
        keys = open_keyring(paths.keyring, secret_for(options, config, file, texts))
        yield StoppedVault(paths=paths, config=config, keys=keys)
    finally:
        lock.release()
