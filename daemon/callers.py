"""Who a uid of this machine is to the daemon: the configuration's roles and employees."""

import os
import pwd
from functools import lru_cache
from pathlib import Path

from .api.wire import Role
from .config import Config, employee_of_uids, gate_uids, role_of_uids
from .http.identity import IdentifyCaller
from .service import Caller


def callers_of(config: Config, config_file: Path | None) -> IdentifyCaller:
    """Raises ConfigError for a user whom this machine does not know."""
    roles = role_of_uids(config, os.geteuid(), config_file)
    employees = employee_of_uids(config, config_file)
    gates = {os.geteuid(), *gate_uids(config, config_file)}

    def identify(uid: int, language: str) -> Caller | None:
        role = roles.get(uid)
        if role is None and uid not in gates:
            return None
        return Caller(
            uid=uid,
            name=_user_name(uid),
            role=role or Role.EMPLOYEE,  # of nobody: a gate may let people in and say hello
            language=language,
            employee=employees.get(uid),
            is_gate=uid in gates,
        )

    return identify


@lru_cache(maxsize=256)
def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid{uid}"
