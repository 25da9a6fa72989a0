"""stdout is data, stderr is narration. The only place of `shopwardend` that prints."""

import sys
from pathlib import Path

import msgspec

from ..api.exit_codes import ExitCode
from ..api.texts import Texts, load_texts
from ..refusals import Refusal, values_in_words

CATALOG = Path(__file__).parent.parent / "catalog"


_GENERAL = {
    ExitCode.VAULT: "vault.unwritable",
    ExitCode.INTEGRITY: "vault.integrity",
    ExitCode.MIGRATION: "vault.migration_needed",
}
"""What is said of codes that have no text of their own."""


def texts_for(language: str) -> Texts:
    """The shared catalog and the daemon's own."""
    return load_texts(language, CATALOG)


def say(text: str) -> None:
    """To the person."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - narration is this module's job


def emit(payload: object) -> None:
    """One JSON object and a newline to stdout."""
    sys.stdout.buffer.write(msgspec.json.encode(payload) + b"\n")
    sys.stdout.buffer.flush()


def emit_text(text: str) -> None:
    """A line for people who asked for no JSON, still data."""
    print(text, flush=True)  # noqa: T201 - output is this module's job


def tell_refusal(refusal: Refusal, texts: Texts) -> None:
    """`error: ...` and `hint: ...`, never a traceback."""
    values = values_in_words(refusal, texts)
    kind = "refusal" if texts.has(f"refusal.{refusal.code}.message") else "error"
    message, hint = f"{kind}.{refusal.code}.message", f"{kind}.{refusal.code}.hint"
    if texts.has(message):
        say(f"{texts.get('cli.error')} {one_line(texts.get(message, **values))}")
    else:
        general = _GENERAL.get(refusal.exit_code)
        said = texts.get(f"error.{general}.message") if general is not None else ""
        told = " ".join(part for part in (said, f"({refusal.code})", str(values["detail"])) if part)
        say(f"{texts.get('cli.error')} {one_line(told)}")
        hint = f"error.{general}.hint"
    if texts.has(hint) and (line := texts.get(hint, **values)):
        say(f"{texts.get('cli.hint')} {one_line(line)}")


def one_line(text: str) -> str:
    """Nothing in it can move the cursor or start a second line."""
    return "".join(character if character.isprintable() else "�" for character in text).strip()
