"""The engine beside others that decide or count: `make beside`, or `python -m bench.beside`."""
