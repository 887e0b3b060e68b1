"""From the text of an agreement to a checked contract: what its clauses require, forbid, permit and empower."""
