"""The head office's witness in its folder, by its commands."""

import json
from pathlib import Path

import pytest

from crypto.checkpoints import verify_head
from crypto.cosignatures import verify_cosignature
from crypto.witnessing import WitnessRequest, read_notes
from daemon.main import main
from tests.unit.test_proofs_witnessing import PUBLIC, SHOP, head_of, request_of


class Office:
    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory = directory / "witness"
        self.files = directory
        self._capsys = capsys

    def run(self, action: str, *arguments: object) -> tuple[int, str, str]:
        code = main(["cosign", action, "--witness-dir", str(self.directory), *map(str, arguments)])
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def sign(self, request: WitnessRequest, name: str) -> int:
        (self.files / f"{name}.request").write_text(request.to_text())
        return self.run("sign", self.files / f"{name}.request", "--output", self.files / f"{name}.note")[0]


@pytest.fixture
def office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    office = Office(tmp_path, capsys)
    assert office.run("init", "--name", "office.example/w")[0] == 0
    (tmp_path / "shop.pub").write_text(PUBLIC + "\n")
    assert office.run("trust", tmp_path / "shop.pub")[0] == 0
    return office


def test_a_history_that_goes_on_is_signed_and_remembered(office: Office) -> None:
    key = json.loads(office.run("list", "--json")[1])["items"][0]
    assert (key["ledger"], key["size"]) == (SHOP, None)
    assert office.sign(request_of(0, 10), "first") == 0
    assert office.sign(request_of(10, 33), "second") == 0
    (signed,) = read_notes((office.files / "second.note").read_text())
    assert verify_head(signed.note, PUBLIC) == head_of(33).head
    witness_key = office.run("list")[2].rpartition(" ")[2].strip()
    assert verify_cosignature(signed.note, witness_key).witness == "office.example/w"
    assert json.loads(office.run("list", "--jsonl")[1])["size"] == 33
    assert office.run("last", SHOP)[1].strip() == signed.note.strip()
    assert (office.directory.stat().st_mode & 0o77, (office.directory / "witness.json").stat().st_mode & 0o77) == (0, 0)


def test_rolled_back_and_rewritten_ledgers_are_an_alarm(office: Office) -> None:
    assert office.sign(request_of(0, 33), "first") == 0
    for request in (request_of(10, 20), request_of(33, 40, other=3)):
        assert office.sign(request, "bad") == 11
        assert not (office.files / "bad.note").exists()
    assert "ALARM" in office.run("sign", office.files / "bad.request")[2]
    assert office.sign(request_of(10, 40), "stale") == 11
    assert "ALARM" not in office.run("sign", office.files / "stale.request")[2]
    assert office.sign(request_of(33, 40), "good") == 0


def test_wrong_use_is_refused(office: Office, tmp_path: Path) -> None:
    assert office.run("init", "--name", "again")[0] == 2
    assert office.run("trust", "no+public+key")[0] == 2
    (tmp_path / "text").write_bytes(b"\xff")
    assert office.run("sign", tmp_path / "text")[0] == 11
    assert office.run("sign", tmp_path / "none")[0] == 2
    assert office.run("last", "nobody")[0] == 6
    office.sign(request_of(0, 3), "once")
    assert office.sign(request_of(3, 4), "once") == 2  # never over a file that is there
    assert office.run("sign", tmp_path / "once.request")[0] == 0  # and the same request is answered again
    (office.directory / "witness.json").write_text("{}")
    assert office.run("list")[0] == 11
    office.directory = tmp_path / "other"
    assert office.run("list")[0] == 6
    assert office.run("init", "--name", "two words")[0] == 2


def test_another_key_for_a_known_ledger_is_refused(office: Office) -> None:
    from crypto.checkpoints import HeadSigner

    assert office.run("trust", HeadSigner.from_seed(bytes([1]) * 32).public_key(SHOP))[0] == 11
    stranger = HeadSigner.from_seed(bytes([2]) * 32).sign("elsewhere/ledger", 1, bytes(32))
    assert office.sign(WitnessRequest(old_size=0, proof=(), signed=stranger), "strange") == 5
