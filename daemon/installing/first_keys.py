"""The first keys of an installed service: a credential of this machine and a keyring that it opens.

The keyring is made by a child that became the daemon's user for good, so that nothing in the state belongs to root.
"""

import os
import pwd
from typing import Final

from crypto.errors import CryptoError
from crypto.keyring import create_keyring
from crypto.secrets import CredentialSecret

from ..api.exit_codes import ExitCode
from ..credentials import made_credential
from ..errors import DaemonError
from ..paths import StatePaths, prepare_state
from .layout import CREDENTIAL, CREDENTIAL_NAME, Layout

_WITH_KEY: Final = "auto"
"""The machine's TPM where there is one, else its host key."""


def told_first_keys(layout: Layout) -> str:
    """The same as commands of a shell."""
    return (
        f"head -c 32 /dev/urandom | base64 | systemd-creds --with-key={_WITH_KEY} --name={CREDENTIAL_NAME} encrypt -"
        f" {CREDENTIAL}  # and {layout.state}/keys.json, as {layout.user}"
    )


def make_first_keys(layout: Layout) -> None:
    """As root. On failure neither is left. DaemonError: of `made_credential`, `install.no_user`, `install.no_keys`."""
    try:
        user = pwd.getpwnam(layout.user)
    except KeyError:
        raise DaemonError("install.no_user", ExitCode.USAGE, name=layout.user) from None
    paths = StatePaths(layout.on_disk(layout.state))
    file = layout.on_disk(CREDENTIAL)
    secret = made_credential(CREDENTIAL_NAME, file, with_key=_WITH_KEY)
    try:
        paths.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chown(paths.root, user.pw_uid, user.pw_gid)
        is_made = _as_user(user, paths, secret)
    except OSError as error:
        file.unlink(missing_ok=True)
        raise DaemonError("install.no_keys", ExitCode.VAULT, path=str(paths.root)) from error
    if not is_made:
        file.unlink(missing_ok=True)
        raise DaemonError("install.no_keys", ExitCode.VAULT, path=str(paths.root))


def _as_user(user: pwd.struct_passwd, paths: StatePaths, secret: CredentialSecret) -> bool:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
            os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
            os.umask(0o077)
            prepare_state(paths)
            create_keyring(paths.keyring, secret)
            status = 0
        except (OSError, CryptoError, DaemonError):
            status = 1
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return status == 0
