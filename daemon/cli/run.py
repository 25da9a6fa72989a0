"""`shopwardend run`: the daemon itself, until SIGTERM."""

import asyncio
import os
from argparse import Namespace

from adb_bridge.clock import SystemClock

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..app import App, Opened, open_vault
from ..config import load_config, role_of_uids
from ..logs import configure_logs
from ..paths import config_file, prepare_state, require_keyring, state_paths
from ..rules import load_rules
from ..state_lock import StateLock
from ..system import forbid_dumps
from ..version import daemon_version
from .narration import say
from .secret_input import secret_for


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Everything that can be wrong is found before anything starts; only then is the archive opened for writing."""
    paths = state_paths(options.state, os.environ)
    file = config_file(options.config, os.environ, paths)
    config = load_config(file)
    role_of_uids(config, os.geteuid(), file)
    configure_logs(config.log.level)
    forbid_dumps()
    require_keyring(paths)
    prepare_state(paths)
    lock = StateLock(paths.lock)
    lock.acquire()
    try:
        engine = load_rules(config, file)
        clock = SystemClock()
        keys, archive = open_vault(paths, secret_for(options, config, file, texts), clock)
        opened = Opened(
            paths=paths, config=config, config_file=file, keys=keys, archive=archive, engine=engine, clock=clock
        )

        async def serve() -> ExitCode:
            try:
                return await App(opened).run(
                    lambda: say(texts.get("cli.run.ready", version=daemon_version(), socket=str(paths.socket)))
                )
            finally:
                await archive.close()

        return asyncio.run(serve())
    finally:
        lock.release()
