"""The rules that the configuration names: packs that ship with the program and the shop's own folder."""

from collections.abc import Sequence
from pathlib import Path

from policies.engine import Engine
from policies.packs import load_engine
from policies.packs.loader import read_ruleset

from .config import Config


def engine_of(sources: Sequence[str]) -> Engine:
    """Rules from packs (by name) and folders (by path). Raises RuleError, which names file and line."""
    return load_engine([Path(source) if "/" in source else source for source in sources])


def untested_engine_of(sources: Sequence[str]) -> Engine:
    """As `engine_of` without running the tests inside: for looking at rules, not for judging by them."""
    return Engine(read_ruleset([Path(source) if "/" in source else source for source in sources]))


def load_rules(config: Config, config_file: Path | None) -> Engine:
    """Every rule of `[policy]`, tested. Raises RuleError."""
    folder = rules_folder(config, config_file)
    return engine_of([*config.policy.packs, *([] if folder is None else [str(folder)])])


def rules_folder(config: Config, config_file: Path | None) -> Path | None:
    """`[policy] dir` as an absolute path; None when the shop has no rules of its own."""
    if config.policy.dir is None:
        return None
    base = config_file.parent if config_file is not None else Path.cwd()
    return base.absolute() / Path(config.policy.dir).expanduser()
