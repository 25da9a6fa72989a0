"""Folding: one code point to one code point, so that offsets never move."""
