"""Every code and key that the daemon's source names has its text, in both languages."""

import re
from pathlib import Path

import daemon
from adb_bridge.advice import every_advice
from adb_bridge.errors import BridgeErrorCode
from crypto.errors import CryptoErrorCode, IntegrityError
from daemon.api.exit_codes import ExitCode
from daemon.api.texts import CATALOG, missing_translations
from daemon.cli.narration import CATALOG as OWN_CATALOG
from daemon.cli.narration import tell_refusal, texts_for
from daemon.refusals import refusal_of

SOURCE = Path(daemon.__file__).parent
FILES = [*SOURCE.glob("*.py"), *(SOURCE / "cli").glob("*.py")]
RAISED = re.compile(r'(?:ServiceError|unusable|DaemonError|StateError|ConfigError)\(\s*"([a-z_]+\.[a-z_.]+)"')
ASKED = re.compile(r'(?:texts\.get|text)\(\s*"([a-z_]+(?:\.[a-z_]+)+)"')


def test_nothing_is_missing_in_either_language() -> None:
    assert missing_translations(CATALOG, OWN_CATALOG) == ()


def test_every_raised_code_has_a_message_and_a_hint() -> None:
    texts = texts_for("zh")
    codes = {code for file in FILES for code in RAISED.findall(file.read_text())}
    assert len(codes) > 20
    silent = {
        code
        for code in codes
        if not any(
            texts.has(f"{kind}.{code}.message") and texts.has(f"{kind}.{code}.hint") for kind in ("error", "refusal")
        )
    }
    assert not silent


def test_every_asked_key_exists() -> None:
    texts = texts_for("en")
    keys = {key for file in FILES for key in ASKED.findall(file.read_text())}
    assert len(keys) > 30
    assert not {key for key in keys if not texts.has(key) and not texts.has(f"cli.{key}")}


def test_adb_codes_and_advice_are_told() -> None:
    texts = texts_for("en")
    assert not [code for code in BridgeErrorCode if not texts.has(f"error.{code.value}.message")]
    assert not [advice for advice in every_advice() if not texts.has(advice)]


def test_a_code_without_a_text_is_still_told_as_a_sentence(capsys: "object") -> None:
    refusal = refusal_of(IntegrityError(CryptoErrorCode.HEAD_EQUIVOCATION, "head 7\x1b[2J"))
    assert refusal is not None
    assert refusal.exit_code is ExitCode.INTEGRITY
    tell_refusal(refusal, texts_for("en"))
    told = capsys.readouterr().err  # type: ignore[attr-defined]
    assert "ledger" in told
    assert "hint:" in told
    assert "\x1b" not in told


def test_what_nobody_foresaw_is_not_dressed_up() -> None:
    assert refusal_of(ZeroDivisionError()) is None
