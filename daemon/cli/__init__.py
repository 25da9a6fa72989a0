"""Subcommands of `shopwardend`: what needs keys, rules or phones at hand. Each is imported only when it is called."""
