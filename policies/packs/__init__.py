"""Rule sets: packaged ones are folders here, a shop's own are folders or files anywhere."""

from .loader import MAX_FILES, PACKAGED, Pack, load_engine, load_ruleset, packaged, packaged_names

__all__ = ["MAX_FILES", "PACKAGED", "Pack", "load_engine", "load_ruleset", "packaged", "packaged_names"]
