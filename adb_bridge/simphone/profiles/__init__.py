"""Phones by name: a page of TOML each in pages/, as docs/simulated-phone.md explains."""

from .generations import generation_names
from .named import every_name, load_profile
from .profile import Profile, profile_names
from .specs import spec_of

__all__ = ["Profile", "every_name", "generation_names", "load_profile", "profile_names", "spec_of"]
