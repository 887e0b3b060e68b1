"""Pages, pictures, print and Word, all from the norms and the graph: nothing on them is typed twice.

`shelf.py` holds the documents that are shown, `site.py` writes everything; each kind of page has its file between them.
"""
