"""Part of `verify.py`: what is checked, in which order, and what is told."""

import hashlib
import json
import os
import re
import sys
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .container import FIXED, HEX64, LONGEST_LINE, NAME, UNREADABLE, Folder, Report, Zip
from .proofs import Fold, check_shown, committed_of, unpack
from .signatures import Key, Wrong, from_base64, to_base64, wrong

# --- in the script from here ---


def whole(bundle: Any, name: str, most: int = 1 << 28) -> bytes:
    """A small file."""
    content = bytearray()
    for piece in bundle.chunks(name):
        content += piece
        if len(content) > most:
            wrong("too large")
    return bytes(content)


def lines_of(bundle: Any, name: str) -> Iterator[Dict[str, Any]]:
    """The objects of a file of lines, one by one."""
    held = b""
    for piece in bundle.chunks(name):
        held += piece
        *lines, held = held.split(b"\n")
        if len(held) > LONGEST_LINE:
            wrong("a line is too long")
        for line in lines:
            value = json.loads(line.decode("ascii"))
            if not isinstance(value, dict):
                wrong("a line is no object")
            yield value
    if held:
        wrong("the last line has no end")


def check(path: str, expected_key: str = "") -> Report:
    """Everything; never raises for what a bundle may hold."""
    report = Report()
    try:
        bundle: Any = Folder(path) if os.path.isdir(path) else Zip(path)
        names = bundle.names()
    except UNREADABLE:
        report.add("zip", "not a zip file")
        return report
    key = part(report, "public-key.txt", key_of, bundle)
    manifest = part(report, "manifest.json", lambda: manifest_of(whole(bundle, "manifest.json")))
    if manifest is not None:
        report.bundle_id, report.watermark = manifest["bundle_id"], manifest["watermark"]
        check_files(bundle, names, manifest["files"], report)
    if key is not None:
        report.fingerprint, report.origin = key.fingerprint(), key.name
        wanted = "".join(expected_key.split()).lower()
        if wanted and wanted != key.fingerprint():
            report.add("public-key.txt", "another key than expected")
        part(report, "manifest.note", lambda: check_manifest(bundle, key, report))
        part(report, "head.txt", lambda: check_proofs(bundle, key, manifest, report))
        if isinstance(bundle, Zip):
            part(report, "zip", lambda: setattr(report, "is_repacked", not bundle.check_file(key, report.bundle_id)))
    return report


def part(report: Report, name: str, task: Any, *arguments: Any) -> Any:
    """One step; what is wrong is written down under `name`."""
    try:
        return task(*arguments)
    except Wrong as error:
        report.add(name, str(error))
    except UNREADABLE:
        report.add(name, "missing or unreadable")
    return None


def key_of(bundle: Any) -> Key:
    """The one line of `public-key.txt`."""
    line, _, rest = whole(bundle, "public-key.txt", 4096).decode("utf-8").partition("\n")
    return wrong("not a key") if rest else Key(line)


def manifest_of(content: bytes) -> Dict[str, Any]:
    """`manifest.json`, its files by name."""
    manifest = json.loads(content.decode("ascii"))
    files: Dict[str, Tuple[str, int]] = {}
    for one in manifest["files"]:
        name, digest, size = one["name"], one["sha256"], one["size_bytes"]
        if not NAME.fullmatch(name) or not HEX64.fullmatch(digest) or not isinstance(size, int):
            wrong("a name or hash in it is none")
        files[name] = digest, size
    if len(files) != len(manifest["files"]) or not isinstance(manifest["bundle_id"] + manifest["watermark"], str):
        wrong("a file is in it twice")
    return {**manifest, "files": files}


def check_files(bundle: Any, names: List[str], files: Dict[str, Tuple[str, int]], report: Report) -> None:
    """Every file has the SHA-256 of the manifest, and there is no other."""
    for name, (wanted, size) in files.items():
        digest, seen = hashlib.sha256(), 0
        try:
            for piece in bundle.chunks(name):
                digest.update(piece)
                seen += len(piece)
                if seen > size:
                    break
        except UNREADABLE:
            report.add(name, "missing or unreadable")
            continue
        if digest.hexdigest() != wanted:
            report.add(name, "changed: not the SHA-256 of the manifest")
        report.files += 1
    for name in names:
        if name not in files and name not in FIXED:
            report.add(name, "not part of the bundle")
    if len(set(names)) != len(names):
        report.add("zip", "a name is in it twice")


def check_manifest(bundle: Any, key: Key, report: Report) -> None:
    """The manifest is the one that was signed."""
    text = key.text_of(whole(bundle, "manifest.note", 1 << 16))
    digest = to_base64(hashlib.sha256(whole(bundle, "manifest.json")).digest())
    if text.split("\n")[:1] != ["shopwarden bundle/1"] or text.split("\n")[2:] != [digest, ""]:
        report.add("manifest.json", "changed: not what was signed")
    elif text.split("\n")[1] != report.bundle_id:
        wrong("signed for another bundle")


def check_proofs(bundle: Any, key: Key, manifest: Any, report: Report) -> None:
    """The records stand under the signed head."""
    head = key.text_of(whole(bundle, "head.txt", 1 << 16)).split("\n")
    if len(head) < 4 or head[0] != key.name or not re.fullmatch(r"0|[1-9][0-9]{0,18}", head[1]):
        wrong("not a head of this ledger")
    size, root = int(head[1]), from_base64(head[2])
    report.head_size = size
    files = {} if manifest is None else manifest["files"]
    proofs = part(report, "proofs.jsonl", lambda: list_check(bundle, files, size, root, report))
    if proofs is not None and manifest is not None and report.complete + report.placed != manifest["records"]:
        report.add("proofs.jsonl", "another number of records than in the manifest")


def list_check(bundle: Any, files: Dict[str, Tuple[str, int]], size: int, root: bytes, report: Report) -> bool:
    """Records and proofs line by line, in the order of the ledger."""
    records, fold = lines_of(bundle, "records.jsonl"), Fold()
    part(report, "records.jsonl", next, records, None)
    for number, line in enumerate(lines_of(bundle, "proofs.jsonl")):
        if number == 0:
            if line["size"] != size:
                wrong("made for another head")
            continue
        if "hash" in line:
            if line["number"] << line["level"] != fold.size:
                wrong("a hash stands at a wrong place")
            fold.add(line["level"], bytes.fromhex(line["hash"]))
            continue
        values = None
        if "content" in line:
            content, opening = from_base64(line["content"]), bytes.fromhex(line["opening"])
            if len(opening) != 16:
                wrong("an opening has another length")
            values, commitment = unpack(content), hashlib.sha256(opening + content).digest()
            report.complete += 1
        else:
            commitment = bytes.fromhex(line["commitment"])
            report.placed += 1
        if line["leaf"] != fold.size or len(commitment) != 32:
            wrong("a record stands at a wrong place")
        fold.add(0, hashlib.sha256(b"\x00" + commitment).digest())
        record = part(report, "records.jsonl", next, records, {})
        part(report, "records.jsonl", check_record, record or {}, line["leaf"], values, files)
    if fold.size != size or fold.root() != root:
        wrong("the records and hashes do not give the root of the signed head")
    if part(report, "records.jsonl", next, records, None) is not None:
        report.add("records.jsonl", "holds a record without a proof")
    return True


def check_record(record: Dict[str, Any], leaf: int, values: Optional[List[Any]], files: Any) -> None:
    """A line of `records.jsonl` against what was proven of it."""
    if record.get("ledger_index") != leaf + 1:
        wrong("record %d is not the one that is proven" % (leaf + 1))
    try:
        if record["committed"] != (None if values is None else committed_of(values)):
            wrong("is not what was recorded")
        if values is not None:
            check_shown(record, values)
        for one in record["attachments"]:
            if one["file"] is not None and files.get(one["file"], ("",))[0] != one["sha256"]:
                wrong("names a file that is another one")
    except Wrong as error:
        wrong("record %d %s" % (leaf + 1, error))


def main(arguments: List[str]) -> int:
    """The command line."""
    expected = ""
    if arguments[:1] == ["--key"] and len(arguments) > 1:
        expected, arguments = arguments[1], arguments[2:]
    path = arguments[0] if arguments else os.path.dirname(os.path.abspath(__file__))
    if len(arguments) > 1 or path.startswith("-"):
        print(__doc__)
        return 2
    if not os.path.exists(path):
        print("MISSING 缺失  %s: there is no such file or folder. 没有此文件或文件夹。" % ascii(path)[1:-1])
        print("Nothing was checked: name the bundle (FILE.zip), or the folder that it was unpacked to.")
        print("没有核验任何内容：请指定导出包（FILE.zip）或其解压目录。")
        return 2
    report = check(path, expected)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    for name, what in report.problems:
        print("WRONG 有误  %s: %s" % (ascii(name)[1:-1], what))
    mark = report.fingerprint
    print("bundle 包编号      %s" % ascii(report.bundle_id)[1:-1])
    print("ledger 账本        %s, %d entries 条" % (ascii(report.origin)[1:-1], report.head_size))
    print("key 公钥指纹       %s" % " ".join(mark[at : at + 4] for at in range(0, len(mark), 4)))
    if report.problems:
        print("NOT VALID: what is named above was changed or is missing.\n无效：上列内容被改动或缺失。")
        return 1
    if report.is_repacked:
        print("note 说明: the zip was packed anew; its contents are the original ones. 压缩包被重新打包，内容未变。")
    print("files unchanged 文件未改动: %d" % report.files)
    print("records proven with what they say 内容已证明的记录: %d" % report.complete)
    print("records proven in place only 仅证明位置的记录: %d" % report.placed)
    print("VALID, signed with the key above. Compare it with the one that you have from elsewhere.")
    print("有效，由上列密钥签名。请与从其他途径获得的公钥指纹核对。")
    return 0
