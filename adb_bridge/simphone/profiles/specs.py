"""A `PhoneSpec` out of a profile."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypedDict, Unpack

from ..command_faults import CommandFault
from ..spec import AuthMode, Calling, History, Latencies, Lockdown, PhoneSpec, Security, Storage, Wipe
from ..switches import Switch, SwitchState
from ..wire.auth import HostKey
from .named import load_profile


class SpecChanges(TypedDict, total=False):
    """What one phone has of its own; see `PhoneSpec`."""

    model: str
    device: str
    employee: str
    owner: str
    auth: AuthMode
    security: Security
    trusted_hosts: frozenset[HostKey]
    latencies: Latencies
    history: History
    seed: int
    pin: str | None
    admin_pin_chars: int
    ssid: str
    timezone: str
    clock_offset_ms: int
    battery_pct: int
    is_awake: bool
    is_locked: bool
    linger_s: float
    features: tuple[str, ...]
    clones: tuple[str, ...]
    installed: tuple[str, ...]
    test_only: tuple[str, ...]
    accounts: tuple[str, ...]
    device_owner: str | None
    owner_key: str
    calling: Calling
    properties: Mapping[str, str]
    storage: Storage
    lockdown: Lockdown
    wipe: Wipe
    switches: Mapping[Switch, SwitchState]
    command_faults: tuple[CommandFault, ...]


def spec_of(profile_name: str, *, serial: str, **changes: Unpack[SpecChanges]) -> PhoneSpec:
    """The phone of a profile; `properties` are laid over the profile's. Raise `ScenarioError` for an unknown name,
    `ValueError` for values no phone has."""
    profile = load_profile(profile_name)
    spec = PhoneSpec(
        serial=serial,
        brand=profile.brand,
        model=profile.model,
        device=profile.device,
        sdk=profile.sdk,
        traits=profile.traits,
    )
    changes["properties"] = {**profile.properties, **changes.get("properties", {})}
    return replace(spec, **changes)
