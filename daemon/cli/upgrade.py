"""`shopwardend upgrade`: another version in place of the one that runs, or everything as it was."""

import os
from argparse import Namespace
from pathlib import Path

import msgspec

from ..api.exit_codes import ExitCode
from ..api.socket_path import socket_for_state
from ..api.state_dir import INSTALLED_SOCKET
from ..api.texts import Texts
from ..errors import DaemonError
from ..installing.layout import CONFIG
from ..installing.releases import Releases
from ..installing.services import ChildService, SystemdService
from ..installing.upgrade import Outcome, Service, Upgrade, Upgraded
from ..paths import StatePaths, config_file, state_paths
from ..state_lock import StateLock
from .narration import emit, say


class UpgradeReport(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    outcome: Outcome
    old: str | None
    new: str
    problem: str


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Exit 0 done, waits or nothing to do; 1 rolled back; 12 an older version was asked for."""
    upgrade = _upgrade(options, texts)
    if options.finish == (options.to is not None):
        raise DaemonError("upgrade.what", ExitCode.USAGE)
    done = upgrade.finish() if options.finish else upgrade.to(options.to)
    if options.json or options.jsonl:
        emit(UpgradeReport(outcome=done.outcome, old=done.old, new=done.new, problem=done.problem))
    say(texts.get(f"cli.upgrade.{done.outcome}", old=done.old or "–", new=done.new, problem=_problem(done, texts)))
    return ExitCode.PARTIAL if done.outcome is Outcome.ROLLED_BACK else ExitCode.OK


def _upgrade(options: Namespace, texts: Texts) -> Upgrade:
    releases = Releases(options.root.absolute())
    is_systemd = not options.no_service
    if is_systemd and not Path("/run/systemd/system").is_dir():
        raise DaemonError("upgrade.no_systemd", ExitCode.USAGE)
    if is_systemd and os.geteuid() != 0:
        raise DaemonError("install.not_root", ExitCode.NOT_PERMITTED)
    if is_systemd and options.state is None:
        paths, socket = StatePaths(Path("/var/lib/shopwarden")), INSTALLED_SOCKET
        config: Path | None = options.config or CONFIG
    else:
        paths = state_paths(options.state, os.environ)
        config, socket = config_file(options.config, os.environ, paths), socket_for_state(paths.root)
    if not paths.root.is_dir():
        raise DaemonError("upgrade.no_state", ExitCode.NOT_FOUND, path=str(paths.root))
    service: Service = SystemdService()
    if not is_systemd:
        _refuse_running(paths)
        service = ChildService(releases, paths.root, config, socket)
    return Upgrade(
        releases=releases,
        state=paths.root,
        config=config,
        socket=socket,
        service=service,
        tell=lambda step: say(texts.get(f"cli.upgrade.step.{step}")),
        ready_timeout_s=options.timeout,
    )


def _refuse_running(paths: StatePaths) -> None:
    """StateLockedError when a daemon has the state: it has to be stopped by who started it."""
    lock = StateLock(paths.lock)
    lock.acquire()
    lock.release()


def _problem(done: Upgraded, texts: Texts) -> str:
    key = f"cli.upgrade.problem.{done.problem}"
    return texts.get(key) if texts.has(key) else done.problem
