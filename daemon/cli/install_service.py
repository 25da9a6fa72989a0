"""`shopwardend install-service`: units, users, keys and configuration of a machine's own service."""

import shlex
import sys
from argparse import Namespace
from pathlib import Path

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts
from ..errors import DaemonError
from ..installing.layout import CONFIG, DropIn, Key, Layout
from ..installing.service_install import installing, require_machine, starting, taking_away
from ..installing.steps import Step, WriteFile, is_done, take, told
from .narration import emit, emit_text, say


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """For `--json`."""

    step: str
    content: str | None = None
    """Of a file that is written."""
    is_done: bool
    """It is as it has to be already."""


class StepList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, in order."""

    schema: int = 1
    items: tuple[StepLine, ...]


def run(options: Namespace, texts: Texts) -> ExitCode:
    """Nothing is begun unless the machine and the rights are there; a dry run needs neither."""
    layout = _layout(options)
    if not options.dry_run:
        require_machine(layout)
    if layout.is_hidden and not options.uninstall:
        _warn_of(layout.hidden(), texts)
    steps = taking_away(layout) if options.uninstall else _steps(options, texts, layout)
    lines = tuple(_line(step) for step in steps)
    is_json = options.json or options.jsonl
    if options.dry_run:
        if is_json:
            emit(StepList(items=lines))
        else:
            _tell_script(steps, lines)
        return ExitCode.OK
    for step, line in zip(steps, lines, strict=True):
        if not line.is_done:
            say(line.step)
            take(step)
    if is_json:
        emit(StepList(items=lines))
    key = "cli.install.taken_away" if options.uninstall else "cli.install.done"
    say(texts.get(key, state=str(layout.state), config=str(CONFIG), group=layout.group))
    if not options.uninstall and not layout.is_staged:
        say(texts.get(f"cli.install.keep_{layout.key}"))
    return ExitCode.OK


def _warn_of(error: DaemonError, texts: Texts) -> None:
    for part in ("message", "hint"):
        say(texts.get(f"refusal.{error.code}.{part}", **error.values))


def _steps(options: Namespace, texts: Texts, layout: Layout) -> tuple[Step, ...]:
    steps = installing(
        layout, store_name=options.store_name or "shop", language=texts.language, timezone=options.timezone
    )
    return steps if options.no_start or layout.is_staged else (*steps, *starting())


def _layout(options: Namespace) -> Layout:
    """Raises DaemonError for what cannot be installed."""
    program = options.program or Path(sys.argv[0]).absolute()
    if program.name != "shopwardend":
        program = Path(sys.executable).with_name("shopwardend")
    if not program.is_file():
        raise DaemonError("install.no_program", ExitCode.USAGE, path=str(program))
    folder = program.parent
    current = folder.parent.parent / "current" / "bin"
    if current.is_dir() and current.resolve() == folder.resolve():
        folder = current  # the link that an upgrade moves
    return Layout(
        bin=folder,
        prefix=options.prefix.absolute(),
        user=options.user,
        adb_port=options.adb_port,
        key=Key(options.key),
        drop_ins=tuple(DropIn(name) for name in options.drop_in or ()),
    )


def _line(step: Step) -> StepLine:
    content = step.content.decode() if isinstance(step, WriteFile) else None
    return StepLine(step=told(step), content=content, is_done=is_done(step))


def _tell_script(steps: tuple[Step, ...], lines: tuple[StepLine, ...]) -> None:
    """What a shell would have to be told to do the same."""
    for step, line in zip(steps, lines, strict=True):
        if line.is_done:
            emit_text(f"# {line.step}")
        elif isinstance(step, WriteFile):
            group = f" -g {step.group}" if step.group else ""
            emit_text(f"install -D -m {step.mode:04o}{group} /dev/stdin {shlex.quote(str(step.path))} <<'SHOPWARDEN'")
            emit_text(step.content.decode().rstrip("\n"))
            emit_text("SHOPWARDEN")
        else:
            emit_text(line.step)
