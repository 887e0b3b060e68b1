"""Agreements on paper: Word files and plain text read into contract files, and contracts written as Word and PDF.

The libraries for Word and PDF are in a lock of their own, `requirements/print.txt`; whoever needs neither goes without.
"""
