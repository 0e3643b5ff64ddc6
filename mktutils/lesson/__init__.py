"""What a notebook needs to prove itself: bands, comparisons, bound numbers, checked exercises.

Importing this package loads neither NumPy nor pandas nor Keras.
"""

from mktutils.lesson.bands import band, bands_seen, versions
from mktutils.lesson.blank import NotAttempted, ____
from mktutils.lesson.compare import compare
from mktutils.lesson.exercises import Exercise, Wrong, call, choice, exercise, need_function, predict
from mktutils.lesson.prose import prose

__all__ = [
    "Exercise",
    "NotAttempted",
    "Wrong",
    "____",
    "band",
    "bands_seen",
    "call",
    "choice",
    "compare",
    "exercise",
    "need_function",
    "predict",
    "prose",
    "versions",
]
