"""`shopwardend check-config`: would `run` take this configuration and these rules?"""

import os
from argparse import Namespace

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..config import load_config, role_of_uids
from ..delivery.checking import first_address_problem
from ..errors import ConfigError
from ..paths import config_file, state_paths
from ..rules import load_rules
from .narration import emit, say


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
    if file is not None and (problem := first_address_problem(config.delivery, base)) is not None:
        raise ConfigError("config.wrong_value", file=file, key=problem[0], expected=problem[1])
    shown = str(file) if file is not None else texts.get("cli.check_config.defaults")
    if options.json or options.jsonl:
        emit(Checked(ok=True, config=str(file) if file is not None else None, rules=engine.version))
    else:
        say(texts.get("cli.check_config.ok", file=shown, rules=engine.version))
    return ExitCode.OK
