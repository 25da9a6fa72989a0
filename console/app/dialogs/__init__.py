"""Modal dialogs: reasons, confirmation of commands, details and help.

Reading order:
- the frame: `dialog`; text to read: `page`, `log`; a list inside: `choice_list`
- before something happens: `ask`, `form`, `ladder`, `assign`, `unlock`; what can be done: `menu`
- one thing in full: `alert`, `device` (`device_tabs`), `timeline`, `explain`, `trial`, `figures`, `rescans`
- a list: `columns`, `saved`, `jump`, `export`
"""
