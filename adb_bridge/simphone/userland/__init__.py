"""The phone's programs: a shell and one file a command, printing what AOSP prints.

Reading order:
- the shell: `shell`, `interactive`, `parser` → `grammar` → `interpreter`, `arithmetic`
- the programs: `programs` finds them, `started` starts them, `call` is what each gets; `clock`, `echo`, `getprop`,
  `input`, `logcat`, `machine`, `toybox`
- the system's services: `cmd`, `service` and `dumpsys/` (with the names in `services`), exceptions by `java`; `am` with
  `intents`, `activities`, `owners`; `appops`, `content`, `deviceidle`, `dpm`, `locksettings` with `lock_help`, `media`,
  `notification`, `pm`, `settings`, `testharness`, `wifi`
- file tools: `options` (command lines) and `reading` (in pieces) → `text_tools`, `listing` (with `file_prints`),
  `copying`, `find` with its `find_tests`, `inotifyd`
"""
