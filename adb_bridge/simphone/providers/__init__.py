"""The content providers: real SQL behind the rules that AOSP's providers put in front of it."""
