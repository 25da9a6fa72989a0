"""Matching in stages: fold → skip → collapse runs → search → map back → boundary, gap, allow, overlap."""
