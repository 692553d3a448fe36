"""The two halves of a step of the fast gradient projection for total variation, voxel by voxel."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Image = NDArray[np.float32]


@njit(cache=True, nogil=True)
def image_of_dual(
    noisy: Image, dual: Image, strength: float, depth: float, lowest: float, image: Image, first: int, stop: int
) -> None:
    """Write into `image` the slices first to stop of ``noisy - strength * D^T dual``, none below `lowest`.

    `dual` has the parts along y, x, and z where there is a third; a difference along z counts `depth` times.
    """
    _, height, width = noisy.shape
    along_z = dual.shape[0] == 3
    strength32, depth32, lowest32 = np.float32(strength), np.float32(depth), np.float32(lowest)
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                turned = -dual[0, z, y, x] - dual[1, z, y, x]
                if y > 0:
                    turned += dual[0, z, y - 1, x]
                if x > 0:
                    turned += dual[1, z, y, x - 1]
                if along_z:
                    turned -= depth32 * dual[2, z, y, x]
                    if z > 0:
                        turned += depth32 * dual[2, z - 1, y, x]
                image[z, y, x] = max(noisy[z, y, x] - strength32 * turned, lowest32)


@njit(cache=True, nogil=True)
def next_dual(
    image: Image, former: Image, dual: Image, step: float, momentum: float, depth: float, first: int, stop: int
) -> None:
    """Take one step of the dual along the gradient of `image`, back into the unit ball, and on with its momentum."""
    slices, height, width = image.shape
    along_z = dual.shape[0] == 3
    step32, momentum32, depth32 = np.float32(step), np.float32(momentum), np.float32(depth)
    for z in range(first, stop):
        for y in range(height):
            for x in range(width):
                here = image[z, y, x]
                part_y, part_x, part_z = dual[0, z, y, x], dual[1, z, y, x], np.float32(0)
                if y + 1 < height:
                    part_y += step32 * (image[z, y + 1, x] - here)
                if x + 1 < width:
                    part_x += step32 * (image[z, y, x + 1] - here)
                if along_z:
                    part_z = dual[2, z, y, x]
                    if z + 1 < slices:
                        part_z += step32 * depth32 * (image[z + 1, y, x] - here)
                over = max(np.float32(1), np.sqrt(part_y * part_y + part_x * part_x + part_z * part_z))
                part_y, part_x, part_z = part_y / over, part_x / over, part_z / over
                dual[0, z, y, x] = part_y + momentum32 * (part_y - former[0, z, y, x])
                dual[1, z, y, x] = part_x + momentum32 * (part_x - former[1, z, y, x])
                former[0, z, y, x] = part_y
                former[1, z, y, x] = part_x
                if along_z:
                    dual[2, z, y, x] = part_z + momentum32 * (part_z - former[2, z, y, x])
                    former[2, z, y, x] = part_z


@njit(cache=True, nogil=True)
def variation_of_slice(image: Image, z: int, depth: float, along_z: bool) -> float:
    """Return the sum of the lengths of the gradient in one slice; a difference along z counts `depth` times."""
    slices, height, width = image.shape
    total = 0.0
    for y in range(height):
        for x in range(width):
            here = image[z, y, x]
            part_y = image[z, y + 1, x] - here if y + 1 < height else np.float32(0)
            part_x = image[z, y, x + 1] - here if x + 1 < width else np.float32(0)
            squares = np.float64(part_y) ** 2 + np.float64(part_x) ** 2
            if along_z and z + 1 < slices:
                squares += (depth * np.float64(image[z + 1, y, x] - here)) ** 2
            total += np.sqrt(squares)
    return total
