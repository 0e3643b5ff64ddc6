"""The four feature maps of exercise 05.5, so that the notebook does not show which kernel made which; its checker."""

import numpy as np

from mktutils.exercises._convolution_05 import slide
from mktutils.exercises._training_03 import _dictionary
from mktutils.lesson import Wrong

_KERNELS = {
    "A": np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]]),
    "B": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
    "C": np.full((3, 3), 1 / 9),
    "D": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
}
_LETTERS = {"K1": "D", "K2": "C", "K3": "B", "K4": "A"}


def maps_05(photo) -> dict[str, np.ndarray]:
    """Return letter → feature map (26, 26) of a photo (28, 28) with grey values 0–255 or 0–1.

    Each map is what one of four 3 × 3 kernels makes of the photo, divided by its largest absolute value, so that it
    lies between −1 and 1. Which kernel belongs to which letter is the question of exercise 05.5.

    >>> sorted(maps_05(np.eye(28))), maps_05(np.eye(28))["A"].shape
    (['A', 'B', 'C', 'D'], (26, 26))
    """
    photo = np.asarray(photo, dtype=float).reshape(28, 28)
    maps = {letter: slide(photo, kernel) for letter, kernel in _KERNELS.items()}
    return {letter: values / max(np.abs(values).max(), 1e-12) for letter, values in maps.items()}


_MEANS = {
    "K1": "K1 subtracts the column on the left from the column on the right: it answers to upright edges, and not at all to level ones.",
    "K2": "K2 adds nine pixels, each with the weight 1/9: this is a mean, so a flat place keeps its grey and details get softer. No result is negative.",
    "K3": "K3 subtracts the row above from the row below: it answers to level edges, and not at all to upright ones.",
    "K4": "K4 compares a pixel with its four neighbours, in all directions alike: it answers to lines, corners and noise on every side, and its numbers add up to 0.",
}
_SEEN = {
    "A": "In map A thin double lines, one bright and one dark, stand along all outlines, and single pixels stand out",
    "B": "In map B broad bright and dark bands stand along the edges that run from left to right",
    "C": "Map C looks like the photo itself, a little out of focus, and nothing in it is negative",
    "D": "In map D broad bright and dark bands stand along the edges that run from top to bottom",
}


def check_maps(answer) -> None:
    """Raise Wrong with what the kernel does and what the map shows."""
    letters = _dictionary(answer, list(_LETTERS), list(_SEEN))
    if len(set(letters.values())) < len(_LETTERS):
        raise Wrong("Each map belongs to one kernel: use each of the letters A, B, C, D once.")
    for kernel, letter in _LETTERS.items():
        if letters[kernel] != letter:
            raise Wrong(f"{_MEANS[kernel]} {_SEEN[letters[kernel]]}. Compare the two sentences.")
