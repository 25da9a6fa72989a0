"""`web-account`: an account for the console in a browser, as lines for the configuration. Changes no file."""

import sys
from argparse import Namespace

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..config_sections import AccountName
from ..errors import DaemonError
from ..web.passwords import SHORTEST, new_hash
from .narration import emit, emit_text, say
from .secret_input import ask_hidden, passphrase_from_descriptor
from .template import quoted


class MadeAccount(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    name: str
    role: str
    password: str
    """As the configuration keeps it; tells nobody what was typed."""


def run(options: Namespace, texts: Texts) -> ExitCode:
    """The password comes from the terminal, twice, or from a descriptor; never from an argument."""
    try:
        name = msgspec.convert(options.name, AccountName)
    except msgspec.ValidationError:
        raise DaemonError("web.account_name", ExitCode.USAGE) from None
    password = _password(options, texts)
    if len(password) < SHORTEST:
        raise DaemonError("web.password_short", ExitCode.USAGE, count=SHORTEST)
    made = MadeAccount(name=name, role=options.role, password=str(new_hash(password)))
    if options.json or options.jsonl:
        emit(made)
        return ExitCode.OK
    emit_text(f"[web.accounts.{quoted(made.name)}]")
    emit_text(f"role = {quoted(made.role)}")
    emit_text(f"password = {quoted(made.password)}")
    say(texts.get("cli.web_account.next"))
    return ExitCode.OK


def _password(options: Namespace, texts: Texts) -> str:
    if options.password_fd is not None:
        return passphrase_from_descriptor(options.password_fd).passphrase.decode("utf-8")
    if not sys.stdin.isatty():
        raise DaemonError("web.password_not_given", ExitCode.USAGE)
    typed = ask_hidden(texts.get("cli.web_account.ask", name=options.name))
    if typed != ask_hidden(texts.get("cli.web_account.ask_again")):
        raise DaemonError("web.password_mismatch", ExitCode.USAGE)
    return typed
