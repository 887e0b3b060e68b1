"""The lawyer's desk in a browser: a page, one folder of contract files, and what the engine says of them.

It listens on this machine alone, for whoever has the address: a long random word is part of it.
"""
