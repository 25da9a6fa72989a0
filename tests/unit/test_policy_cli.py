"""`policy explain` and `policy check` as people and scripts see them."""

import io
import json
from pathlib import Path

import pytest

from daemon.main import main

RULES = """
[[rule]]
id = "till"
title = { en = "Past the till", zh = "飞单" }
category = "till"
severity = "high"
sides = ["staff"]
words = ["飞单", "飛單", "加我微信"]
allow = ["飞单系统"]
[rule.tests]
hit = ["飞单"]
miss = ["你好"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own.toml").write_text(RULES, "utf-8")
    return tmp_path


def called(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["policy", *arguments])
    out, said = capfd.readouterr()
    return code, out, said


def test_a_text_is_explained_to_people(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = called(capfd, "explain", "飛-單 13800138000", "飞单系统", "--policy", str(folder), "--lang", "zh")
    assert code == 0
    assert "「飛-單 13800138000」" in out
    assert "U+002D HYPHEN-MINUS" in out
    assert "飛 是 飞 的繁体" in out
    assert "手机号，显示为 138****8000" in out
    assert "高：规则本身的级别 → 紧急（+1）：有伪装，夹杂字符" in out
    assert "✗ 被放行词“飞单系统”覆盖" in out
    code, out, _ = called(
        capfd, "explain", "飞单\x1b[2J", "--policy", str(folder), "--side", "customer", "--lang", "en"
    )
    assert code == 0
    assert "\x1b" not in out
    assert "✗ the rule is for staff only" in out
    _, out, _ = called(capfd, "explain", "飞\n单\t", "--policy", str(folder))
    assert out.startswith("「飞 单 」\n")
    assert all(line.startswith((" ", "「")) for line in out.splitlines())


def test_a_text_is_explained_to_programs(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO("飞单\n\n你\udcff好\n".encode("utf-8", "surrogateescape")))
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, _ = called(
        capfd, "explain", "-", "--policy", str(folder), "--json", "--channel", "sms", "--prev", "在吗"
    )
    answer = json.loads(out)
    assert (code, answer["schema"], len(answer["items"])) == (0, 1, 2)
    path = next(one for one in answer["items"][0]["paths"] if one["word"] == "飞单")
    assert (path["rule_id"], path["is_hit"], path["how"], path["start"], path["end"]) == ("till", True, "exact", 0, 2)
    assert path["severity"][0]["severity"] == "high"
    _, out, _ = called(capfd, "explain", "微信", "--prev", "加我", "--policy", str(folder), "--lang", "en")
    assert "told in 1 earlier messages as well" in out
    _, out, _ = called(capfd, "explain", "飞单", "好", "--policy", str(folder), "--jsonl")
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["飞单", "好"]


def test_rules_that_cannot_be_read_explain_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, said = called(capfd, "explain", "飞单", "--policy", str(tmp_path / "none"))
    assert (code, out) == (2, "")
    assert "none" in said


def test_what_to_do_is_told_and_warnings_fail_when_asked(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = called(capfd, "check", str(folder), "--lang", "en")
    place = f"{folder / 'own.toml'}:8"
    assert code == 0
    assert f"{place}: warning: double_word: till: '飛單' and '飞单' of the same rule are one word" in out
    assert "to do: keep one" in out
    assert "1 notes" in out or "2 notes" in out
    code, out, _ = called(capfd, "check", str(folder), "--strict", "--notes", "--lang", "zh")
    assert code == 1
    assert "警告: double_word" in out
    assert "提示: sound_close" in out
    code, out, _ = called(capfd, "check", str(folder), "--json")
    answer = json.loads(out)
    assert (code, answer["ok"], answer["errors"], answer["warnings"]) == (0, True, 0, 1)
    first = answer["items"][0]
    assert (first["level"], first["code"], first["line"], first["rule_id"]) == ("warning", "double_word", 8, "till")
    assert first["values"] == {"word": "飛單", "other": "飞单"}
    assert first["to_do"]
    (folder / "own.toml").write_text(RULES.replace('hit = ["飞单"]', 'hit = ["你好"]'), "utf-8")
    code, out, _ = called(capfd, "check", str(folder), "--strict")
    assert code == 2
    assert "test_failed" in out
