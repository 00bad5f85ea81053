"""Audit. Arrow is told first of all where to take its memory: it asks once, when it is loaded."""

import os

# Arrow's own allocator keeps what each thread has freed: the process grows with its merges.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
