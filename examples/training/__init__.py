"""How a small model of our own is trained: problems, data, stages, and what came of it."""
