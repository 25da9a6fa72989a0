"""Bring uv into a folder with nothing but the standard library: for a Python without venv and pip.

`python3 scripts/bring_uv.py .uv` puts `.uv/bin/uv` there. The wheel is checked against the index's SHA-256.
"""

import hashlib
import io
import json
import platform
import stat
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

INDEX = "https://pypi.org/pypi/uv/json"
TIMEOUT_S = 60
TAGS = {
    ("Linux", "x86_64"): "manylinux_2_17_x86_64",
    ("Linux", "aarch64"): "manylinux_2_17_aarch64",
    ("Darwin", "arm64"): "macosx_11_0_arm64",
    ("Darwin", "x86_64"): "macosx_10_12_x86_64",
}


def main() -> int:
    """Exit 0, or 1 with what is missing."""
    tag = TAGS.get((platform.system(), platform.machine()))
    if tag is None:
        print(f"no uv for {platform.system()} {platform.machine()}: install it by hand", file=sys.stderr)
        return 1
    with urllib.request.urlopen(INDEX, timeout=TIMEOUT_S) as answer:  # noqa: S310 - a constant https address
        files = json.load(answer)["urls"]
    wheel = next(file for file in files if file["filename"].endswith(".whl") and tag in file["filename"])
    address = urllib.parse.urljoin(INDEX, wheel["url"])  # mirrors of the index answer with relative addresses
    with urllib.request.urlopen(address, timeout=TIMEOUT_S) as answer:  # noqa: S310 - from the index, hash checked
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        print("the uv wheel does not match its hash", file=sys.stderr)
        return 1
    target = Path(sys.argv[1]) / "bin" / "uv"
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        member = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        target.write_bytes(archive.read(member))
    target.chmod(target.stat().st_mode | stat.S_IXUSR)
    return 0


if __name__ == "__main__":
    sys.exit(main())
