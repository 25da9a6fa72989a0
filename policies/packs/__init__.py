"""Rule sets: packaged ones are folders here, a shop's own are folders or files anywhere."""

from .layers import MAX_FILES, PACKAGED, packaged_names
from .loader import Pack, load_engine, load_ruleset, packaged

__all__ = ["MAX_FILES", "PACKAGED", "Pack", "load_engine", "load_ruleset", "packaged", "packaged_names"]
