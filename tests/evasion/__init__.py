"""Evasions as people make them: seeded operators over words, sentences around them, clean texts. For measuring.

`operators` disguises a word, `carriers` puts it into a sentence and says where it stands, `characters` and `lookalikes`
are what operators draw from, `corpora` are texts and word lists that need an installed package.
"""
