"""The plainest reading of docs/semantics.md: slow on purpose, and sharing nothing with the engine but its data types.

`interpret` answers a question. A *case* gives every open item an answer; in a case the whole ledger is walked again
from its first instant, and everything is a plain yes or no. Read `world.py` first, then `norms.py`, `duties.py` and
`basis.py` beside the page.
"""
