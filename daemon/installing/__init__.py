"""Shopwarden as a service of the machine: units and users as package data, put in place, upgraded, taken away.

Reading order: `layout` (names and places) → `units` (files made of `files/`) → `steps` (what is done, told before it is
done) → `service_install` (put in place, taken away); a new version beside the old one: `releases` → `upgrade`.
"""
