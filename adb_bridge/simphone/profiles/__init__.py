"""Phones by name: a page of TOML each in pages/, as docs/simulated-phone.md explains."""

from .profile import Profile, load_profile, profile_names
from .specs import spec_of

__all__ = ["Profile", "load_profile", "profile_names", "spec_of"]
