"""`verify-proof` on files, in the test's own process."""

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from crypto.notes import to_base64
from daemon.main import main
from daemon.proofs.proof_file import ProofFile, encode_proof
from tests.property.test_proofs_files import PUBLIC, WITNESS, head_of, made


def verdict(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    code = main(["verify-proof", *map(str, arguments), "--json"])
    (item,) = json.loads(capsys.readouterr().out)["items"]
    return code, item


def written(directory: Path, proof: ProofFile) -> Path:
    file = directory / "proof.json"
    file.write_bytes(encode_proof(proof))
    return file


def test_a_proof_with_nothing_known_says_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, item = verdict(capsys, written(tmp_path, made()))
    assert code == 0
    assert (item["ok"], item["problem"], item["key_given"]) == (True, None, False)
    assert item["fields"]["text"] is None  # type: ignore[index]
    lacks = " ".join(item["does_not_show"])  # type: ignore[arg-type]
    assert "file's own" in lacks
    assert "outside the shop" in lacks


def test_with_key_heads_and_witness_it_says_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "shop.pub").write_text(PUBLIC + "\n")
    (tmp_path / "usb.txt").write_text(head_of(9).note + "\n" + head_of(33).note)
    code, item = verdict(
        capsys, written(tmp_path, made()), "--public-key", tmp_path / "shop.pub", "--head", tmp_path / "usb.txt",
        "--witness-key", WITNESS.public_key,
    )  # fmt: skip
    assert code == 0
    assert (item["key_given"], item["heads_given"], len(item["witnessed"])) == (True, [9, 33], 1)  # type: ignore[arg-type]
    assert len(item["does_not_show"]) == 2  # type: ignore[arg-type]


def test_typed_digits_of_a_print_are_compared_as_far_as_they_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof, root = written(tmp_path, made()), head_of(9).root.hex()
    code, item = verdict(capsys, proof, "--head", f"9 {root[:4]} {root[4:16]} + 9abc def0")
    assert (code, item["heads_given"]) == (0, [9])
    code, item = verdict(capsys, proof, "--head", f"8 {root[:16]}")
    assert (code, item["problem"]) == (11, "head_unconnected")
    slip = root[:5] + ("0" if root[5] != "0" else "1") + root[6:16]
    assert main(["verify-proof", str(proof), "--head", f"9 {slip} + 9abc def0"]) == 2
    assert "heads check --text" in capsys.readouterr().err


def test_refusals_are_exit_11_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, item = verdict(capsys, written(tmp_path, made(commitment=to_base64(bytes(32)))))
    assert (code, item["ok"], item["problem"]) == (11, False, "content_changed")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8")
    assert verdict(capsys, written(tmp_path, made()), "--attachment", photo)[1]["problem"] == "file_other"
    assert main(["verify-proof", str(photo), "--lang", "zh"]) == 11
    told = capsys.readouterr()
    assert "这不是证明文件" in told.out
    assert "提示" in told.err


def test_what_cannot_be_read_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = written(tmp_path, made())
    assert main(["verify-proof", str(tmp_path / "none.json")]) == 2
    assert main(["verify-proof", str(proof), "--head", str(proof)]) == 2
    assert main(["verify-proof", str(proof), "--attachment", str(tmp_path / "none")]) == 2
    assert "error:" in capsys.readouterr().err


def test_a_file_that_the_record_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tests.property import test_proofs_files as kit

    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8")
    sha256 = hashlib.sha256(b"\xff\xd8").hexdigest()
    named = {
        "content_type": "image/jpeg", "name": None, "sha256": sha256, "size_bytes": 2, "is_sealed": True,
    }  # fmt: skip
    attributes = msgspec.json.encode({"attachments": [named]}).decode()
    proof = kit.made_of((*kit.COLUMN_VALUES[:11], attributes, None))
    code, item = verdict(capsys, written(tmp_path, proof), "--attachment", photo)
    assert (code, item["files"]) == (0, [sha256])
    assert main(["verify-proof", str(written(tmp_path, proof)), "--attachment", str(photo)]) == 0
    assert "货款" in capsys.readouterr().out
