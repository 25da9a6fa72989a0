"""Where the key comes from: an argument, the configuration, or the terminal. Never a variable of the environment."""

import dataclasses
import getpass
import os
import sys
from argparse import Namespace
from pathlib import Path

from adb_bridge.clock import SystemClock
from crypto.secrets import CredentialSecret, KeyFileSecret, PassphraseSecret, Secret

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..config import Config
from ..errors import DaemonError
from .narration import say

SHORT_PASSPHRASE = 8
"""Characters below which a passphrase is warned of."""
_MAX_PASSPHRASE_LINE = 4096
_MOST_NAME = 50


def given_secret(options: Namespace) -> Secret | None:
    """What the arguments name; None when they name nothing."""
    if options.passphrase_fd is not None:
        return passphrase_from_descriptor(options.passphrase_fd)
    if options.key_file is not None:
        return KeyFileSecret(options.key_file.expanduser().absolute())
    if options.credential is not None:
        return CredentialSecret(options.credential)
    return None


def secret_for(options: Namespace, config: Config, config_file: Path | None, texts: Texts) -> Secret:
    """The secret that opens an existing keyring.

    Raises:
        DaemonError: `key.not_given` when a passphrase is wanted and no terminal is there to ask.
    """
    if (given := given_secret(options)) is not None:
        return given
    match config.key.source:
        case "file":
            base = config_file.parent if config_file is not None else Path.cwd()
            return KeyFileSecret(base / Path(config.key.path or "").expanduser())
        case "credential":
            return CredentialSecret(config.key.name or "")
        case _:
            return PassphraseSecret.from_text(ask_hidden(texts.get("cli.init.ask_old")))


def new_passphrase(texts: Texts) -> PassphraseSecret:
    """Asked for twice. Raises DaemonError `key.mismatch` or `key.not_given`."""
    first = ask_hidden(texts.get("cli.init.ask"))
    if first != ask_hidden(texts.get("cli.init.ask_again")):
        raise DaemonError("key.mismatch", ExitCode.VAULT)
    return PassphraseSecret.from_text(first)


def named_passphrase(secret: PassphraseSecret, name: str | None, texts: Texts) -> PassphraseSecret:
    """For a slot that lists call `name` and the day of today (UTC). A short one is warned of, not refused."""
    if len(secret.passphrase.decode("utf-8", "replace")) < SHORT_PASSPHRASE:
        say(texts.get("cli.keys.short", count=SHORT_PASSPHRASE))
    told = " ".join((name or "").split())[:_MOST_NAME]
    today = SystemClock().now().date().isoformat()
    return dataclasses.replace(secret, name=f"{told} {today}".strip())


def passphrase_from_descriptor(descriptor: int) -> PassphraseSecret:
    """The first line of an inherited file descriptor, which is closed then. Raises DaemonError `key.fd`."""
    try:
        with os.fdopen(descriptor, "rb") as stream:
            line = stream.readline(_MAX_PASSPHRASE_LINE)
        return PassphraseSecret.from_text(line.rstrip(b"\r\n").decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise DaemonError("key.fd", ExitCode.VAULT, fd=descriptor) from None


def ask_line(prompt: str) -> str:
    """A line that may be seen, from the terminal; the prompt goes to stderr. Raises DaemonError `key.not_given`."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise DaemonError("key.not_given", ExitCode.VAULT)
    return line


def ask_hidden(prompt: str) -> str:
    """Typed without being shown. Raises DaemonError `key.not_given` without a terminal."""
    if not sys.stdin.isatty():
        raise DaemonError("key.not_given", ExitCode.VAULT)
    try:
        return getpass.getpass(prompt, stream=sys.stderr)
    except EOFError:
        raise DaemonError("key.not_given", ExitCode.VAULT) from None
