"""The screens behind the digits: one pane each for devices, alerts, events and commands."""
