"""Figures over time, for plots.

Reading order: `buckets` (what one value is for), `replies` (how long customers waited), `battery` (kept in memory),
`desk` (who may ask for which); what of the archive is counted: `daemon/archive/figures.py`.
"""
