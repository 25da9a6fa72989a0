"""`shopwardend check-config`: would `run` take this configuration and these rules?"""

import os
from argparse import Namespace
from pathlib import Path

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..config import load_config, role_of_uids
from ..delivery.checking import address_problems
from ..errors import ConfigError
from ..paths import config_file, state_paths
from ..refusals import Refusal
from ..rules import load_rules
from .narration import emit, say, tell_refusal


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    schema: int = 1
    ok: bool
    config: str | None
    rules: str


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Errors name file, key and what would be right; exit 2."""
    file = config_file(options.config, os.environ, state_paths(options.state, os.environ))
    config = load_config(file)
    role_of_uids(config, os.geteuid(), file)
    engine = load_rules(config, file)
    base = None if file is None else file.parent
    problems = [] if file is None else [*address_problems(config.delivery, base)]
    for number, (key, code, expected) in enumerate(problems, 1):
        told = f"{texts.get(f'delivery.code.{code}')} ({expected})"
        error = ConfigError("config.wrong_value", file=file or Path(), key=key, expected=told)
        if number == len(problems):
            raise error
        tell_refusal(Refusal(code=error.code, exit_code=error.exit_code, values=error.values), texts)
    shown = str(file) if file is not None else texts.get("cli.check_config.defaults")
    if options.json or options.jsonl:
        emit(Checked(ok=True, config=str(file) if file is not None else None, rules=engine.version))
    else:
        say(texts.get("cli.check_config.ok", file=shown, rules=engine.version))
    return ExitCode.OK
