"""Any profile by name: a page, or a page at another Android version."""

from ..toml_table import ScenarioError, nearest_of
from .generations import at_generation, generation_names
from .profile import Profile, load_page, profile_names


def every_name() -> tuple[str, ...]:
    """The pages, then their other generations."""
    return (*profile_names(), *generation_names())


def load_profile(name: str) -> Profile:
    """Raise `ScenarioError`, also for a name that is none of `every_name()`."""
    if name not in every_name():
        raise ScenarioError(name, "", "no such profile", nearest_of(name, every_name()))
    page, _, generation = name.partition("@")
    return at_generation(load_page(page), name) if generation else load_page(page)
