"""The phone's programs: a shell and one file a command, printing what AOSP prints."""
