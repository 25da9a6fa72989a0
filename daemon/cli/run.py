"""`shopwardend run`: the daemon itself, until SIGTERM."""

import asyncio
import contextlib
import gc
import os
from argparse import Namespace
from pathlib import Path

from adb_bridge.clock import SystemClock
from crypto.errors import CryptoError, CryptoErrorCode, KeyUnavailableError
from crypto.vault_keys import VaultKeys
from policies.matching import machine_code

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..app import App
from ..config import Config, load_config, role_of_uids
from ..errors import DaemonError
from ..logs import configure_logs
from ..operating.reloading import outlive_hangups
from ..operating.starting import longer_start
from ..operating.stopping import LastResort
from ..paths import StatePaths, config_file, prepare_state, require_keyring, state_paths
from ..rules import load_rules
from ..sealed_start.app import SealedApp
from ..sealed_start.roster import Roster, SealedPaths, read_roster
from ..state_lock import StateLock
from ..system import forbid_dumps
from ..vault import Opened, open_archive, open_keys
from ..version import daemon_version
from .narration import say
from .secret_input import secret_for
from .standing import tell_standing

_ABSENT = frozenset(
    {CryptoErrorCode.KEY_MISSING, CryptoErrorCode.KEY_UNREADABLE, CryptoErrorCode.CREDENTIALS_DIRECTORY_UNSET}
)
"""The key is not at hand: a stick that is not in, a credential that is not loaded."""


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Everything that can be wrong is found before anything starts; only then is the archive opened for writing."""
    paths = state_paths(options.state, os.environ)
    file = config_file(options.config, os.environ, paths)
    config = load_config(file)
    role_of_uids(config, os.geteuid(), file)
    outlive_hangups()
    configure_logs(config.log.level, file=None if config.log.file is None else Path(config.log.file))
    forbid_dumps()
    require_keyring(paths)
    prepare_state(paths)
    lock = StateLock(paths.lock)
    lock.acquire()
    machine_code.decide(machine_code.Use.WHEN_PREPARED)
    try:
        engine = load_rules(config, file)
        gc.freeze()  # rules live as long as the daemon: no collection has to walk through them
        clock = SystemClock()
        roster = read_roster(SealedPaths(paths.sealed).roster)
        given = _Given(options, config, file, texts, paths, roster)
        keys = given.keys()

        last_resort = LastResort()

        async def serve(keys: VaultKeys | None) -> ExitCode:
            if keys is None:
                closed = SealedApp(
                    paths=paths,
                    config=config,
                    config_file=file,
                    roster=roster,
                    problem=given.problem,
                    look_again=given.look_again,
                    clock=clock,
                )
                keys = await closed.run(lambda: say(texts.get("cli.run.sealed", socket=str(paths.socket))))
                if keys is None:
                    return ExitCode.OK
            with longer_start(os.environ):  # a large archive that is brought to a new schema
                archive = await asyncio.to_thread(open_archive, paths, keys, clock)
            opened = Opened(
                paths=paths, config=config, config_file=file, keys=keys, archive=archive, engine=engine, clock=clock
            )
            try:
                await tell_standing(archive, texts)
                return await App(opened).run(
                    lambda: say(texts.get("cli.run.ready", version=daemon_version(), socket=str(paths.socket))),
                    on_stopping=last_resort.arm,
                )
            finally:
                await archive.close()

        ended = asyncio.run(serve(keys))
        last_resort.disarm()
        return ended
    finally:
        lock.release()


class _Given:
    """What this start was given to open the vault with."""

    def __init__(
        self,
        options: Namespace,
        config: Config,
        config_file: Path | None,
        texts: Texts,
        paths: StatePaths,
        roster: Roster | None,
    ) -> None:
        self._options = options
        self._config = config
        self._config_file = config_file
        self._texts = texts
        self._paths = paths
        self._roster = roster
        self.problem: str | None = None
        """Why the vault is closed; None when that was asked for."""

    def keys(self) -> VaultKeys | None:
        """None: nobody is there to give the key, and the phones can be read without it. A wrong key is an error."""
        if self._options.sealed:
            return None
        try:
            secret = secret_for(self._options, self._config, self._config_file, self._texts)
            return open_keys(self._paths, secret)
        except KeyUnavailableError as error:
            if self._roster is None or error.code not in _ABSENT:
                raise
            self.problem = error.code.value
        except DaemonError as error:
            if self._roster is None or error.code != "key.not_given":
                raise
            self.problem = error.code
        return None

    def look_again(self) -> VaultKeys | None:
        """The configured file or credential, should it be there by now. None while it is not, or opens nothing."""
        if self._options.sealed or self.problem is None or self._config.key.source == "passphrase":
            return None
        with contextlib.suppress(CryptoError):
            return open_keys(self._paths, secret_for(self._options, self._config, self._config_file, self._texts))
        return None
