"""`shopwardend init`: a new state directory with its keys and a commented configuration. Never changes an old one."""

import contextlib
import os
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from crypto.atomic_file import create_file, storage_errors
from crypto.errors import DiskFullError, StorageError
from crypto.keyring import create_keyring
from crypto.secrets import CredentialSecret, KeyFileSecret, PassphraseSecret, Secret, create_key_file

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..config import parse_config
from ..errors import ConfigError
from ..paths import config_file, prepare_state, state_paths
from ..state_lock import StateLock
from .narration import emit, emit_text, say
from .secret_input import given_secret, named_passphrase, new_passphrase
from .template import Given, config_template, quoted


class Initialised(msgspec.Struct, frozen=True, kw_only=True):
    """What was made, for `--json`."""

    schema: int = 1
    state: str
    config: str
    keyring: str
    key_source: str


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Keys first, configuration last. Refuses when either is there already."""
    paths = state_paths(options.state, os.environ)
    config_path = config_file(options.config, os.environ, paths) or paths.config
    if config_path.exists() and not options.keys_only:
        raise ConfigError("config.exists", file=config_path)
    if options.check:
        return _shown(options, texts, config_path)
    secret = given_secret(options) or new_passphrase(texts)
    if isinstance(secret, PassphraseSecret):
        secret = named_passphrase(secret, None, texts)
    config = None if options.keys_only else _config(options, texts, _key_lines(secret), config_path).encode()
    prepare_state(paths)
    lock = StateLock(paths.lock)
    lock.acquire()  # of two at once the one that fails must not take away the key the other builds on
    try:
        is_key_made = _make_all(paths.keyring, secret, config_path, config)
    finally:
        lock.release()
    if is_key_made and isinstance(secret, KeyFileSecret):
        say(texts.get("cli.init.key_file_made", path=str(secret.path)))
    say(texts.get("cli.init.done", state=str(paths.root), config=str(config_path)))
    say(texts.get("cli.init.keep", keyring=str(paths.keyring)))
    if options.json or options.jsonl:
        emit(
            Initialised(
                state=str(paths.root),
                config=str(config_path),
                keyring=str(paths.keyring),
                key_source=_source(secret),
            )
        )
    return ExitCode.OK


def _shown(options: Namespace, texts: Texts, config_path: Path) -> ExitCode:
    """The configuration as it would be; nothing is asked and nothing made."""
    given = given_secret(options)
    lines = 'source = "passphrase"\n' if given is None else _key_lines(given)
    emit_text(_config(options, texts, lines, config_path).rstrip())
    say(texts.get("cli.init.checked", config=str(config_path)))
    return ExitCode.OK


def _config(options: Namespace, texts: Texts, key_lines: str, config_path: Path) -> str:
    """Raises ConfigError, before anything is made."""
    config = config_template(options.store_name or "shop", texts.language, key_lines, _given(options))
    parse_config(config.encode(), config_path)
    return config


def _given(options: Namespace) -> Given:
    """Raises ConfigError for a notice that cannot be read."""
    text: str | None = None
    if options.notice_file is not None:
        try:
            text = options.notice_file.read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            problem = error.strerror if isinstance(error, OSError) else "UTF-8"
            raise ConfigError("config.unreadable", file=options.notice_file, expected=problem or "?") from error
    return Given(timezone=options.timezone, notice_title=options.notice_title, notice_text=text)


def _make_all(keyring: Path, secret: Secret, config_path: Path, config: bytes | None) -> bool:
    """All files, or none: half a state would refuse the next try. True when the key file is new. `config` None: keys
    alone.
    """
    with contextlib.ExitStack() as unless_made:

        def make(path: Path, create: Callable[[], object]) -> None:
            try:
                create()
            except (DiskFullError, StorageError):
                path.unlink(missing_ok=True)  # its directory could not be made durable, but it is in its place
                raise
            unless_made.callback(path.unlink, missing_ok=True)

        is_key_made = isinstance(secret, KeyFileSecret) and not secret.path.exists()
        if isinstance(secret, KeyFileSecret) and is_key_made:
            make(secret.path, partial(create_key_file, secret.path))
        make(keyring, partial(create_keyring, keyring, secret))
        if config is not None:
            with storage_errors(config_path.name):
                config_path.parent.mkdir(parents=True, exist_ok=True)
            make(config_path, partial(create_file, config_path, config))
        unless_made.pop_all()
    return is_key_made


def _source(secret: Secret) -> str:
    match secret:
        case PassphraseSecret():
            return "passphrase"
        case KeyFileSecret():
            return "file"
        case CredentialSecret():
            return "credential"


def _key_lines(secret: Secret) -> str:
    lines = f'source = "{_source(secret)}"\n'
    match secret:
        case PassphraseSecret():
            return lines
        case KeyFileSecret(path=path):
            return lines + f"path = {quoted(str(path))}\n"
        case CredentialSecret(name=name):
            return lines + f"name = {quoted(name)}\n"
