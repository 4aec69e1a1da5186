"""Texts that a tiny model reads in tests of its jobs, and two batches of them."""

TEXTS = ["the cat sat on the mat", "le chat est assis", "the mat", "le chat est assis sur le chat"]
SHARDS = [{"shard": 0, "texts": [2, 1]}, {"shard": 1, "texts": [0, 3]}]
