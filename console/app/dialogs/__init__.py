"""Modal dialogs: reasons, confirmation of commands, details and help.

Reading order:
- the frame: `dialog`; text to read: `page`, `log`; a list inside: `choice_list`
- before something happens: `ask`, `form`, `fields`, `ladder`, `consent`, `assign`, `unlock`; what can be done: `menu`
- one thing in full: `alert`, `command`, `device` (`device_tabs`), `timeline`, `explain`, `trial`, `figures`, `rescans`
- for a moment: `pin`
- what the daemon is asked for again and again: `table_screen`, and on it `batches`, `delivery`, `consoles`, `leavings`,
  `intercepts`
- a list: `columns`, `saved`, `jump`, `export`
"""
