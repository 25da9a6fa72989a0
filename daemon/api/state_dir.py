"""Where the state lives: one rule for daemon and clients, so that both find the same socket."""

from collections.abc import Mapping
from pathlib import Path

import platformdirs

from .socket_path import socket_for_state

STATE_VARIABLE = "SHOPWARDEN_STATE"
SOCKET_VARIABLE = "SHOPWARDEN_SOCKET"
INSTALLED_SOCKET = Path("/run/shopwarden/api.sock")
"""Of the service that `install-service` makes."""


def state_directory(explicit: Path | None, env: Mapping[str, str]) -> Path:
    """`--state`, else $SHOPWARDEN_STATE, else systemd's $STATE_DIRECTORY, else the user's. Absolute; may not exist."""
    if explicit is not None:
        return explicit.expanduser().absolute()
    named = env.get(STATE_VARIABLE) or env.get("STATE_DIRECTORY", "").split(":")[0]
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_state_path("shopwarden")


def socket_path(explicit: Path | None, state: Path, env: Mapping[str, str]) -> Path:
    """`--socket`, else $SHOPWARDEN_SOCKET, else `api.sock` in the state directory, else the installed service's when
    the state is nobody's choice and no daemon serves it.
    """
    if explicit is not None:
        return explicit.expanduser().absolute()
    if named := env.get(SOCKET_VARIABLE):
        return Path(named).expanduser().absolute()
    own = socket_for_state(state)
    is_chosen = state != platformdirs.user_state_path("shopwarden")
    return own if is_chosen or own.exists() or not _is_there(INSTALLED_SOCKET) else INSTALLED_SOCKET


def _is_there(path: Path) -> bool:
    """Also when this user may not enter its directory: then the daemon's refusal says more than a missing socket."""
    try:
        return path.exists()
    except PermissionError:
        return True
