"""Ways to spoil a file, the same every time for the same generator."""

from __future__ import annotations

import struct

import numpy as np

Rng = np.random.Generator

FLOATS = (0.0, 1.0, -1.0, 1e-30, 1e30, 3.5, float("nan"), float("inf"), -45.0)

WHOLE = (0, 1, 2, 3, 5, 7, 10, 100, 2**16, 2**31 - 1, -1)


def bytes_changed(whole: bytes, rng: Rng) -> bytes:
    """Change one to eight bytes, most of them where the headers are, or cut the end off."""
    spoilt = bytearray(whole)
    for _ in range(rng.integers(1, 9)):
        end = 600 if rng.random() < 0.6 else len(whole)
        spoilt[int(rng.integers(0, min(end, len(whole))))] = int(rng.integers(0, 256))
    return bytes(spoilt[: int(rng.integers(0, len(whole)))]) if rng.random() < 0.25 else bytes(spoilt)


def numbers_changed(whole: bytes, rng: Rng) -> bytes:
    """Change entries of the header, of the table of sectors or of the directory of a compound file."""
    spoilt = bytearray(whole)
    width = 1 << struct.unpack_from("<H", whole, 30)[0]
    table = (struct.unpack_from("<I", whole, 76)[0] + 1) * width
    directory = (struct.unpack_from("<I", whole, 48)[0] + 1) * width
    for _ in range(rng.integers(1, 4)):
        place = int(
            rng.choice(
                [
                    4 * int(rng.integers(10, 22)),
                    table + 4 * int(rng.integers(0, 100)),
                    directory + 128 * int(rng.integers(0, 25)) + int(rng.choice([66, 68, 72, 76, 116, 120])),
                ]
            )
        )
        number = int(rng.choice([0, 1, 2, 5, 9, 40, 2**16, 2**31, 2**32 - 1, 2**32 - 2, int(rng.integers(0, 60))]))
        if place + 4 <= len(spoilt):
            struct.pack_into("<I", spoilt, place, number)
    return bytes(spoilt)


def fields_changed(whole: bytes, rng: Rng) -> bytes:
    """Change numbers in the small streams of a compound file: sizes, types, angles, distances, dates."""
    spoilt = bytearray(whole)
    width = 1 << struct.unpack_from("<H", whole, 30)[0]
    root = width * (struct.unpack_from("<I", whole, 48)[0] + 1)
    first, size = struct.unpack_from("<II", whole, root + 116)
    for _ in range(rng.integers(1, 5)):
        # a stream begins every 64 bytes, and most have one number
        place = width * (first + 1) + 64 * int(rng.integers(0, size // 64)) + 4 * int(rng.choice([0, 0, 0, 1, 3]))
        kind, numbers = ("<f", FLOATS) if rng.random() < 0.5 else ("<i", WHOLE)
        struct.pack_into(kind, spoilt, place, numbers[int(rng.integers(len(numbers)))])
    return bytes(spoilt)
