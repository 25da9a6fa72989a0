"""`web-account`: an account for the console in a browser."""

from argparse import Namespace

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from .narration import say


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Say that there is nothing behind it in this version."""
    say(texts.get("cli.web_account.not_built"))
    return ExitCode.USAGE
