"""Rows of hidden states -> sparse activations, in blocks of tokens and of features.

Dense activations are never held for more than a block: what a dictionary's width costs is its
weights alone. A block that stays in the processor's caches is also the fastest: written once and
read once by each of the encoder's elementwise steps, it never goes out to memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from vscore_engine.dictionaries import Dictionary

# Elements of one block of activations: what stays in a processor's caches, and what keeps a
# graphics card busy. Rows and features of it follow from its width alone, never from the texts.
_CPU_ROWS, _CPU_FEATURES = 1024, 2048
_DEVICE_ROWS, _DEVICE_FEATURES = 4096, 16384
# Active pairs of one part: above it (a dictionary that hardly selects), its rows are halved.
MOST_PAIRS = 2**25


# Upper limit for a block of dense activations of all features, in float32.
BLOCK_BYTES = 64 * 2**20


@dataclass
class Part:
    """CSR rows `start` to `stop` of a batch: indptr U64[n+1], feature U32[nnz], value F32[nnz]."""

    start: int
    stop: int
    indptr: np.ndarray
    feature: np.ndarray
    value: np.ndarray


class NotFinite(Exception):
    """NaN or infinity in a row (index within the batch) of the `what` ("input", "activations")."""

    def __init__(self, row: int, what: str) -> None:
        super().__init__(f"{what} of row {row}")
        self.row = row
        self.what = what


@dataclass(frozen=True)
class Block:
    """Rows and features that are encoded at once."""

    rows: int
    features: int


def _largest_block(device: torch.device) -> Block:
    on_cpu = device.type == "cpu"
    return Block(_CPU_ROWS, _CPU_FEATURES) if on_cpu else Block(_DEVICE_ROWS, _DEVICE_FEATURES)


def block_elements(d_sae: int, device: torch.device) -> int:
    """How many activations are held at once, at most, of a dictionary of that width."""
    largest = _largest_block(device)
    return largest.rows * min(d_sae, largest.features)


def block_of(dictionary: Dictionary, device: torch.device) -> Block:
    """The block in which a dictionary is encoded; of all features where they cannot be divided."""
    largest = _largest_block(device)
    rows, features = largest.rows, largest.features
    width = dictionary.d_sae
    if width <= features:
        return Block(rows, width)
    # Ranges as equal as can be: the last one too must hold the k largest.
    ranges = -(-width // features)
    if dictionary.divides_into(width // ranges):
        return Block(rows, -(-width // ranges))
    return Block(max(1, rows * features // width), width)


def block_height(dictionary: Dictionary) -> int:
    """Rows that are encoded at once where all features are needed side by side."""
    return max(1, BLOCK_BYTES // (4 * dictionary.d_sae))


def encode(dictionary: Dictionary, rows: torch.Tensor) -> Iterator[Part]:
    """Encode rows [n, d_in], part by part; n = 0 gives one empty part.

    Features ascend within a row. Negative activations are kept. The same rows give the same bits on
    one device with as many threads; between devices, to the rounding of their products.

    Raises NotFinite.
    """
    encoder = _Encoder(dictionary, rows.device)
    height = encoder.block.rows
    for start in range(0, max(len(rows), 1), height):
        yield from encoder.parts(rows[start : start + height], start)


class _Encoder:
    def __init__(self, dictionary: Dictionary, device: torch.device) -> None:
        self._dictionary = dictionary
        self.block = block_of(dictionary, device)
        is_whole = self.block.features >= dictionary.d_sae
        self._top_k = None if is_whole else dictionary.top_k
        self._found = _Found()

    def parts(self, block: torch.Tensor, start: int) -> Iterator[Part]:
        with torch.inference_mode():
            part = self._part(block.float(), start)
        if part is not None:
            yield part
            return
        middle = len(block) // 2
        yield from self.parts(block[:middle], start)
        yield from self.parts(block[middle:], start + middle)

    def _part(self, block: torch.Tensor, start: int) -> Part | None:
        """One part; None for more pairs than one may hold."""
        good = torch.isfinite(block).all(dim=-1)
        if not good.all():
            raise NotFinite(start + int((~good).nonzero()[0]), "input")
        ranges = 0
        self._found.clear()
        for first, dense in self._ranges(block):
            row, feature = dense.nonzero(as_tuple=True)
            self._found.add(row, feature + first, dense[row, feature])
            ranges += 1
            if len(self._found) > MOST_PAIRS and len(block) > 1:
                return None
        row, feature, value = self._found.pairs()
        # NaN differs from zero, so whatever is not finite is among these.
        bad = ~np.isfinite(value)
        if bad.any():
            raise NotFinite(start + int(row[bad].min()), "activations")
        if ranges > 1:
            # Each range is sorted by row, then feature.
            order = row.argsort(kind="stable")
            row, feature, value = row[order], feature[order], value[order]
        if self._top_k is not None:
            kept = _top(row, value, len(block), self._top_k)
            row, feature, value = row[kept], feature[kept], value[kept]
        indptr = np.zeros(len(block) + 1, dtype=np.uint64)
        np.cumsum(np.bincount(row, minlength=len(block)), out=indptr[1:], dtype=np.uint64)
        # Copies: what was found makes room for the next part.
        return Part(start, start + len(block), indptr, feature.copy(), value.copy())

    def _ranges(self, block: torch.Tensor) -> Iterator[tuple[int, torch.Tensor]]:
        """Activations of one range of features after the other, each with its first feature."""
        width = self._dictionary.d_sae
        ranges = -(-width // self.block.features)
        if ranges <= 1:
            yield 0, self._dictionary.encode(block)
            return
        for number in range(ranges):
            # Of equal width, or one less: none is too narrow for the k largest.
            first, stop = (width * at // ranges for at in (number, number + 1))
            yield first, self._dictionary.encode_range(block, first, stop)


class _Found:
    """Active pairs of a block, range after range, in arrays that stay where they are.

    A tensor kept for each range would lie between the blocks that are freed, and pin their memory:
    the process would grow with the width of the dictionary.
    """

    def __init__(self) -> None:
        self._row = np.empty(1 << 16, dtype=np.int32)
        self._feature = np.empty(1 << 16, dtype=np.uint32)
        self._value = np.empty(1 << 16, dtype=np.float32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def clear(self) -> None:
        self._count = 0

    def add(self, row: torch.Tensor, feature: torch.Tensor, value: torch.Tensor) -> None:
        begin, self._count = self._count, self._count + len(row)
        if self._count > len(self._row):
            room = max(self._count, 2 * len(self._row))
            for name in ("_row", "_feature", "_value"):
                grown = np.empty(room, dtype=getattr(self, name).dtype)
                grown[:begin] = getattr(self, name)[:begin]
                setattr(self, name, grown)
        own = slice(begin, self._count)
        self._row[own] = row.cpu().numpy()
        self._feature[own] = feature.cpu().numpy()
        self._value[own] = value.float().cpu().numpy()

    def pairs(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row, feature and value of each pair; valid until the next is added."""
        own = slice(0, self._count)
        return self._row[own], self._feature[own], self._value[own]


def _top(row: np.ndarray, value: np.ndarray, rows: int, k: int) -> np.ndarray:
    """Which of some active pairs (sorted by row) are among the k largest of their row."""
    counts = np.bincount(row, minlength=rows)
    most = int(counts.max()) if len(row) else 0
    if most <= k:
        return np.ones(len(row), dtype=bool)
    at = np.arange(len(row)) - (counts.cumsum() - counts)[row]
    table = np.full((rows, most), -np.inf, dtype=np.float32)
    table[row, at] = value
    kept = np.zeros_like(table, dtype=bool)
    np.put_along_axis(kept, np.argpartition(-table, k - 1, axis=1)[:, :k], True, axis=1)
    return kept[row, at]
