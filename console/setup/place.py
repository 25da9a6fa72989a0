"""Where a store's state is, and how far its setup has come."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from daemon.api.socket_path import socket_for_state

KEYRING_NAME: Final = "keys.json"
CONFIG_NAME: Final = "shopwarden.toml"
CONFIG_VARIABLE: Final = "SHOPWARDEN_CONFIG"
LOG_NAME: Final = "daemon.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One store's files."""

    state: Path
    socket: Path
    config: Path

    @property
    def has_keys(self) -> bool:
        """Whether a setup has made the keys: then nothing of it is ever made anew."""
        return (self.state / KEYRING_NAME).exists()

    @property
    def log(self) -> Path:
        """What a daemon that the setup started has to say."""
        return self.state / LOG_NAME


def place_of(state: Path, socket: Path, env: Mapping[str, str]) -> Place:
    """By the rules of the daemon's own program."""
    named = env.get(CONFIG_VARIABLE)
    config = Path(named).expanduser().absolute() if named else state / CONFIG_NAME
    return Place(state=state, socket=socket, config=config)


def is_needed(place: Place) -> bool:
    """No store was ever set up here, and no daemon of another place is meant."""
    if place.socket != socket_for_state(place.state):
        return False
    try:
        return not (place.has_keys or place.config.exists() or place.socket.exists())
    except OSError:
        return False  # somebody else's directory: the daemon's socket in it has its own words for that


def key_source(place: Place) -> str | None:
    """What the configuration says opens the vault; None when it cannot be told."""
    try:
        section = tomllib.loads(place.config.read_text("utf-8")).get("key", {})
    except (OSError, ValueError):
        return None
    source = section.get("source", "passphrase") if isinstance(section, dict) else None
    return source if isinstance(source, str) else None
