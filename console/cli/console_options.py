"""What the command line, the environment and the file of settings come to together, for the console itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from daemon.api.exit_codes import ExitCode
from daemon.api.texts import Texts, pick_language

from ..app.settings import Mouse, Settings, SettingsProblem, Symbols
from ..app.settings_file import THEME_VARIABLE, read_settings, settings_path
from ..app.theme_names import THEMES
from .output import Output

_PLAIN_LOCALES: Final = frozenset({"C", "POSIX"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleStart:
    """How the console is to start."""

    settings: Settings
    """With what the command line and the environment say for this time."""
    kept: Settings
    """What the file says: choices made in the console are added to these."""
    path: Path
    problems: tuple[SettingsProblem, ...]
    language: str


def console_start(options: Mapping[str, object], env: Mapping[str, str]) -> ConsoleStart:
    """The command line before the environment before the file. Of the locale only `C` and `POSIX` say something about
    signs."""
    path = settings_path(env)
    kept, problems = read_settings(path)
    settings = kept
    theme = options.get("theme") or env.get(THEME_VARIABLE)
    if isinstance(theme, str) and theme in THEMES:
        settings = replace(settings, theme=theme)
    if options.get("ascii_signs") or (env.get("LC_ALL") or env.get("LANG")) in _PLAIN_LOCALES:
        settings = replace(settings, symbols=Symbols.ASCII)
    if options.get("no_mouse"):
        settings = replace(settings, mouse=Mouse.OFF)
    wish = options.get("lang") or env.get("SHOPWARDEN_LANG") or kept.language
    language = pick_language(wish if isinstance(wish, str) else None, env)
    return ConsoleStart(settings=settings, kept=kept, path=path, problems=problems, language=language)


def check(start: ConsoleStart, texts: Texts, output: Output) -> ExitCode:
    """Every wrong line of the file, in words; exit code 2 when there is one."""
    from ..app.app import ShopwardenApp
    from ..app.keymap import bound_actions, key_problems

    problems = (*start.problems, *key_problems(start.kept.keys, bound_actions(ShopwardenApp)))
    for problem in problems:
        hint = texts.get("app.settings.hint", path=str(start.path))
        output.error(texts.get(f"app.settings.{problem.text_key}", **problem.values), hint)
    if problems:
        return ExitCode.USAGE
    output.line(texts.get("app.settings.fine" if start.path.exists() else "app.settings.absent", path=str(start.path)))
    return ExitCode.OK
