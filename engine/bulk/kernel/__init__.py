"""The kernel: one contract turned into one loop over columns of events, equal to the engine on what it takes.

`lower.py` makes a plan of a program, or says by name what it leaves to the engine; `source.py` and those it stands on
write the plan as Python; `columns.py` lays accounts out as columns; `machine.py` runs the loop, compiled where LLVM is
there; `outcome.py` turns what it leaves into the rows of a replay.
"""
