"""Named tuples made at once, where that is done many times for every question.

A named tuple's own way of being made is a function of Python, which costs more than the tuple. `made(Kind, (…))` wants
all parts, in their order.
"""

made = tuple.__new__
