"""The checker that lies in every bundle as `verify.py`: Python 3.8 and its standard library, in one file.

It is kept in parts here so that each can be read and tested; `static_files.checker` puts them together. Nothing of it
is shared with the rest of the program: `daemon/bundles/verification.py` checks the same with other code.
"""
