"""The phone's programs: a shell and one file a command, printing what AOSP prints.

Reading order:
- the shell: `shell`, `interactive`, `parser` → `grammar` → `interpreter`, `arithmetic`
- the programs: `programs` finds them, `call` is what each gets; `am`, `clock`, `cmd`, `content`, `dumpsys/`, `echo`,
  `getprop`, `input`, `locksettings`, `logcat`, `machine`, `notification`, `pm`, `settings`, `toybox`
- file tools: `options` (command lines) and `reading` (in pieces) → `text_tools`, `listing` (with `file_prints`),
  `copying`, `find` with its `find_tests`, `inotifyd`
"""
