"""The lawyer's desk: what an editor needs to know of a contract while it is typed.

Each feature is one file over the checked contract; `server.py` alone speaks the protocol. Nobody who decides imports
it.
"""
