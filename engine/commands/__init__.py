"""The commands of `contract`, one group to a file."""
