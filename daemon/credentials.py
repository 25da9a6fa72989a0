"""systemd's encrypted credentials: making one, and whether this machine has a TPM to bind it to.

`systemd-creds` (systemd 250 and later) is asked; seen with version 252. Its TPM path was never run on a real TPM from
this repository.
"""

import base64
import secrets as randomness
import subprocess
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from crypto.keys import KEY_BYTES, SecretKey
from crypto.secrets import CredentialSecret

from .api.exit_codes import ExitCode
from .errors import DaemonError

_TOOL = "systemd-creds"
_TIMEOUT_S = 20.0


class Tpm(StrEnum):
    """What `systemd-creds has-tpm2` says."""

    PRESENT = "present"
    ABSENT = "absent"
    """Also when it is there in part: firmware, driver and system must all agree."""
    UNKNOWN = "unknown"
    """The tool is missing or did not answer."""


@lru_cache(maxsize=1)
def tpm_of_this_machine() -> Tpm:
    """Asked once in a process; may take a second."""
    try:
        done = subprocess.run([_TOOL, "has-tpm2"], capture_output=True, timeout=_TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return Tpm.UNKNOWN
    if done.returncode == 0:
        return Tpm.PRESENT
    # Old versions refuse the word with a message on stderr and nothing on stdout.
    return Tpm.ABSENT if done.stdout.strip() else Tpm.UNKNOWN


def made_credential(name: str, file: Path, *, with_key: str) -> CredentialSecret:
    """Encrypt 32 fresh random bytes into the new `file` for the credential `name`; they never touch the disk in clear.

    `with_key`: `auto`, `tpm2`, `host` or `host+tpm2`, as `systemd-creds encrypt --with-key` takes it.

    Raises:
        DaemonError: `credential.exists`, `credential.no_tool`, `credential.refused` with the tool's last line.
    """
    if file.exists():
        raise DaemonError("credential.exists", ExitCode.USAGE, file=str(file))
    key = SecretKey(randomness.token_bytes(KEY_BYTES))
    command = [_TOOL, f"--with-key={with_key}", f"--name={name}", "encrypt", "-", str(file)]
    try:
        done = subprocess.run(
            command, input=base64.b64encode(key), capture_output=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise DaemonError("credential.no_tool", ExitCode.VAULT) from None
    if done.returncode != 0:
        file.unlink(missing_ok=True)
        problem = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise DaemonError("credential.refused", ExitCode.VAULT, problem=problem[:200])
    file.chmod(0o600)
    return CredentialSecret(name, key)
