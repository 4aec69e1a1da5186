"""The Python half of vscore: what only PyTorch can do.

TypeScript drives it through `vscore_engine.jobs`. Importing the package is free of torch and numpy.
"""

PROTOCOL = 1
