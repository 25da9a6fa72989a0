"""`scan` and `mask` as a pipe: one line out for one line in, whatever comes in."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable

import msgspec
import pytest

from daemon.cli.jsonl import encode
from tests.forking import run_forked


def run(command: str, lines: Iterable[bytes]) -> tuple[int, list[dict[str, object]], str]:
    done = run_forked("daemon.main", ["--lang", "en", command], stdin=b"".join(lines), environment=dict(os.environ))
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


BAD = [
    (b"\n", None), (b"nonsense\n", None), (b"[1]\n", None), (b"\xff\xfe\n", None), (b"{}\n", None),
    (b'{"id": 1}\n', 1), (b'{"id": 2, "text": 3}\n', 2), (b'{"id": true, "text": "x"}\n', None),
    (b'{"id": 3, "text": "x", "prev": 7}\n', 3), (b'{"id": [1], "text": "x"}\n', None), (b'{"text": "x"}\n', None),
    (b"[" * 100_000 + b"\n", None), (b'{"id": NaN, "text": "x"}\n', None), (b'{"id": 4, "text": null}\n', 4),
    (b'{"id": "' + b"x" * 2000 + b'", "text": "x"}\n', None),
]  # fmt: skip


@pytest.mark.parametrize("command", ["scan", "mask"])
def test_bad_lines_are_answered_in_their_place(command: str) -> None:
    good = b'{"id": "ok", "text": "hello"}\n'
    code, answers, told = run(command, [part for line, _ in BAD for part in (line, good)])
    assert code == 1
    assert len(answers) == 2 * len(BAD)
    for (_, record_id), refused, accepted in zip(BAD, answers[::2], answers[1::2], strict=True):
        assert "error" in refused
        assert refused["id"] == record_id
        assert accepted["id"] == "ok"
        assert "error" not in accepted
    assert "Traceback" not in told


PREV = '{"id": 5, "text": "单", "prev": [{"text": "飞", "%s": "staff"}]}'


UNKNOWN = [
    ('{"id": 5, "text": "单", "previous": "飞"}', "previous", "did you mean prev?"),
    ('{"id": 5, "text": "单", "Sender": "staff"}', "Sender", "did you mean sender?"),
    (PREV % "sendr", "sendr", "did you mean sender?"),
    (PREV % "by", "by", "there are: text, sender, seconds"),
    ('{"id": 5, "text": "\\ud83d", "label": 1}', "label", "there are: id, text, prev, sender, channel"),
    ('{"id": 5, "text": "x", "' + 90 * "k" + '": 1}', 60 * "k", "there are: id, text, prev, sender, channel"),
]


def test_a_key_that_scan_does_not_know_is_told_once_and_passed_over() -> None:
    lines = [f"{line}\n".encode() for line, _, _ in UNKNOWN]
    code, answers, told = run("scan", [*lines, b'{"id": 5, "txt": "x"}\n', *lines])
    assert (code, [answer["id"] for answer in answers]) == (1, [5] * len(answers))
    words = [re.findall('"word": "(.*?)"', json.dumps(answer, ensure_ascii=False)) for answer in answers]
    bad = {"code": "input.bad_field", "message": "field missing or of the wrong type"}
    assert words == [*(found := [[], [], ["飞单"], ["飞单"], [], []]), [], *found]
    assert answers[len(lines)]["error"] == bad
    names = [*UNKNOWN, ("", "txt", "did you mean text?")]
    assert [told.count(f"the key {name} is passed over") for _, name, _ in names] == [1] * len(names)
    assert all(meant in told for _, _, meant in names)


def test_keys_that_are_told_have_an_end() -> None:
    lines = [b'{"id": 1, "text": "", "k%d": 0}\n' % number for number in range(30)]
    code, answers, told = run("scan", lines)
    assert (code, len(answers), told.count("is passed over")) == (0, 30, 20)


def test_mask_looks_at_id_and_text_whatever_else_is_there() -> None:
    code, answers, _ = run("mask", [(PREV % "sendr").encode()[:-1] + b', "label": 1}\n'])
    assert (code, answers) == (0, [{"id": 5, "spans": [], "masked": "单"}])


def test_lone_surrogates_count_as_one_and_come_back(  # as an escape
) -> None:
    code, answers, _ = run("mask", [b'{"id": "\\ud83d", "text": "\\ud800 13800000017"}\n'])
    assert code == 0
    assert answers == [
        {"id": "\ud83d", "spans": [{"start": 2, "end": 13, "kind": "mobile"}], "masked": "\ud800 138****0017"}
    ]


class Answer(msgspec.Struct):
    id: int
    masked: str


def test_a_line_has_one_form_whatever_stands_in_it() -> None:
    assert encode(Answer(1, "a")) == b'{"id":1,"masked":"a"}\n'
    assert encode(Answer(1, "\ud800")) == b'{"id":1,"masked":"\\ud800"}\n'


def test_ids_of_every_kind_are_given_back() -> None:
    ids = ["1", "-7", "1.5", '"x"', "null", "123456789012345678901234567890"]
    code, answers, _ = run("scan", [f'{{"id": {one}, "text": ""}}\n'.encode() for one in ids])
    assert code == 0
    assert [answer["id"] for answer in answers] == [json.loads(one) for one in ids]


def test_context_can_be_text_or_a_list() -> None:
    lines = [
        json.dumps({"id": 1, "text": "我微♥信 wx_cool88", "prev": "换个地方聊", "sender": "staff"}),
        json.dumps({"id": 2, "text": "我微♥信 wx_cool88", "prev": ["a", "b"], "sender": "nobody", "channel": "sms"}),
    ]
    code, answers, _ = run("scan", [line.encode() + b"\n" for line in lines])
    assert code == 0
    for answer in answers:
        hits = answer["hits"]
        assert isinstance(hits, list)
        assert hits
        assert set(hits[0]) == {"start", "end", "rule_id", "word", "category", "severity", "how"}


def test_what_is_told_in_pieces_names_its_earlier_messages() -> None:
    said = [{"text": "飞", "sender": "staff", "seconds": 30}, {"text": "好的", "sender": "customer", "seconds": 9}]
    lines = [
        json.dumps({"id": 1, "text": "单", "sender": "staff", "prev": said}),
        json.dumps({"id": 2, "text": "单", "sender": "customer", "prev": said}),
        json.dumps({"id": 3, "text": "单", "prev": "飞"}),
        json.dumps({"id": 4, "text": "单", "prev": [{"text": 1}]}),
    ]
    code, answers, _ = run("scan", [line.encode() + b"\n" for line in lines])
    assert code == 1
    found = [[(hit["start"], hit["end"], hit["how"], hit["prev"]) for hit in one.get("hits", [])] for one in answers]  # type: ignore[attr-defined]
    assert found == [[(0, 1, "split", [0])], [], [(0, 1, "split", [0])], []]


def test_many_lines_at_once_are_answered_in_order() -> None:
    texts = ["您好" if number % 3 else "回扣三个点" for number in range(700)]
    lines = [json.dumps({"id": number, "text": text}).encode() + b"\n" for number, text in enumerate(texts)]
    code, answers, _ = run("scan", [*lines[:-1], lines[-1].rstrip()])
    assert code == 0
    assert [answer["id"] for answer in answers] == list(range(700))
    assert [bool(answer["hits"]) for answer in answers] == [text != "您好" for text in texts]


def test_a_line_that_is_too_long_does_not_swallow_the_next() -> None:
    huge = b'{"id": 1, "text": "' + b"x" * (9 * 1024 * 1024) + b'"}\n'
    code, answers, _ = run("mask", [huge, b'{"id": 2, "text": ""}\n'])
    assert code == 1
    assert [answer["id"] for answer in answers] == [None, 2]


def test_it_answers_line_by_line() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "daemon", "scan"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for number in range(3):
            process.stdin.write(json.dumps({"id": number, "text": "回扣"}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(10) == 0


def test_a_reader_that_leaves_is_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "daemon", "mask"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b'{"id": 1, "text": ""}\n')
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        try:
            process.stdin.write(b'{"id": 2, "text": ""}\n' * 20_000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        told = process.stderr.read()
        code = process.wait(10)
    assert b"Traceback" not in told
    assert code in {0, 128 + signal.SIGPIPE}
