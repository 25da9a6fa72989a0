"""Stable names do not reach a person: every one that stands in a text has a word in each language."""

import re

import pytest

from adb_bridge.records import Source
from crypto.errors import CryptoErrorCode
from daemon.api.exit_codes import ExitCode
from daemon.api.exports import ExportState
from daemon.api.texts import Language, load_texts
from daemon.api.wire import Role
from daemon.api.words import word_of
from daemon.archive.data_classes import DataClass
from daemon.archive.records import VerifyProblem
from daemon.backup.errors import DamagedError
from daemon.backup.pieces import PieceState
from daemon.cli.narration import CATALOG, tell_refusal
from daemon.http.answers import refusal
from daemon.refusals import refusal_of, told
from daemon.service import ServiceError

GROUPS = {
    "role": [one.value for one in Role],
    "state": [one.value for one in ExportState],
    "reason": [one.value for one in PieceState if one is not PieceState.WHOLE] + ["manifest"],
    "problem": [one.value for one in VerifyProblem] + [one.value for one in CryptoErrorCode],
    "source": [one.value for one in Source],
    "data_class": [one.value for one in DataClass],
}


@pytest.mark.parametrize("group", GROUPS)
def test_every_name_has_a_word(group: str) -> None:
    english, chinese = load_texts("en", CATALOG), load_texts("zh", CATALOG)
    for name in GROUPS[group]:
        assert english.has(f"word.{group}.{name}"), name
        assert re.search("[\u4e00-\u9fff]", word_of(chinese, group, name)), name


def test_every_refusal_of_a_backup_has_a_short_word_for_the_history() -> None:
    texts = load_texts("zh", CATALOG)
    codes = {key.removeprefix("error.").removesuffix(".message") for key in texts.keys() if key.endswith(".message")}  # noqa: SIM118
    backups = {code for code in codes if code.startswith("backup.")} - {"backup.not_found"}
    assert [code for code in sorted(backups) if word_of(texts, "problem", code) == code] == []


def test_a_damaged_snapshot_is_told_in_one_language(capsys: pytest.CaptureFixture[str]) -> None:
    texts = load_texts("zh", CATALOG)
    found = refusal_of(DamagedError(snapshot=7, reason="truncated", count=2, whole=6))
    assert found is not None
    assert "主要原因：被截断" in told(found, texts)[0]
    tell_refusal(found, texts)
    assert "truncated" not in capsys.readouterr().err
    state = ServiceError("export.wrong_state", http_status=409, exit_code=ExitCode.USAGE, state="approved")
    for error, name in (
        (state, "approved"),
        (ServiceError("permission.denied", http_status=403, exit_code=ExitCode.NOT_PERMITTED, role="auditor"), "audit"),
        (ServiceError("keys.trouble", http_status=409, exit_code=ExitCode.VAULT, problem="keyring.stale"), "stale"),
    ):
        body = refusal(error, Language.ZH).body
        assert isinstance(body, bytes) and name not in body.decode().partition('"message":')[2].partition('"hint"')[0]
