"""Checker of exercise 03.14: early stopping from a list of validation losses."""

import operator

import numpy as np

from mktutils.lesson import Wrong, call, need_function

CASES = [  # validation losses, patience
    ([0.50, 0.40, 0.45, 0.43, 0.41, 0.42, 0.44, 0.46, 0.30], 3),
    ([0.50, 0.40, 0.42, 0.41, 0.30], 2),
    ([0.50, 0.40, 0.42, 0.41, 0.30], 3),
    ([0.50, 0.40, 0.45, 0.43, 0.41, 0.39], 3),
    ([0.40, 0.40, 0.40, 0.40], 2),
    ([0.6, 0.5, 0.4], 2),
    ([0.3, 0.4, 0.5, 0.2], 1),
    ([0.7], 3),
    ([0.9, 0.8, 0.85, 0.7, 0.75, 0.72, 0.71, 0.1], 3),
]


def _watch(losses, patience, *, better=operator.lt, against_last=False, off=0, start=1):
    """(epochs trained, best epoch); the keywords plant one mistake each."""
    best, best_epoch, waited = float("inf"), 0, 0
    for epoch, loss in enumerate(losses, start=start):
        if better(loss, best):
            best_epoch, best = epoch, loss
            waited = 0
        elif against_last and loss < losses[epoch - start - 1]:
            waited = 0
        else:
            waited += 1
        if waited >= patience + off:
            break
    return epoch, best_epoch


def _faults(losses, patience):
    trained, best = _watch(losses, patience)
    yield (
        _watch(losses, patience, start=0),
        "Count the epochs from 1: the first loss of the list belongs to epoch 1.",
    )
    yield (
        (best, trained),
        "The two numbers are in the wrong order: first the epochs trained, then the best epoch.",
    )
    lowest = losses.index(min(losses)) + 1
    yield (
        (trained, lowest),
        "The best epoch lies after the end of the training. Early stopping does not know later losses: take the "
        "lowest of those that were seen.",
    )
    yield (
        (len(losses), lowest),
        f"This is the lowest loss of the whole list. With `patience = {patience}` the training ends earlier, and later "
        "epochs never happen.",
    )
    yield (
        (trained, trained),
        "The epoch at which the training ends is not the best one: the loss had not improved for `patience` epochs.",
    )
    for off, word in ((1, "late"), (-1, "early")):
        if patience + off > 0:
            yield (
                _watch(losses, patience, off=off),
                f"The training ends one epoch too {word}. It ends as soon as `patience` epochs in a row brought no improvement.",
            )
    yield (
        _watch(losses, patience, better=operator.le),
        "An equal loss counted as an improvement. Only a loss *below* the lowest so far is one.",
    )
    yield (
        _watch(losses, patience, against_last=True),
        "Compare with the lowest loss so far, not with the epoch before: a small step down after a large step up is no "
        "improvement.",
    )


def check_stop_early(answer) -> None:
    need_function(answer)
    for losses, patience in CASES:
        right = _watch(losses, patience)
        got = call(answer, losses, patience)
        shown = f"`stop_early({losses}, {patience})`"
        if isinstance(got, np.ndarray):
            got = got.tolist()
        if not (isinstance(got, tuple | list) and len(got) == 2):
            raise Wrong(f"{shown} gave {got!r}. Return two numbers: `return epochs_trained, best_epoch`.")
        try:
            pair = tuple(int(operator.index(number)) for number in got)
        except TypeError:
            raise Wrong(f"{shown} gave {got!r}. Both are whole numbers: epochs, not losses.") from None
        if pair == right:
            continue
        for wrong, message in _faults(losses, patience):
            if pair == wrong:
                raise Wrong(f"{shown} gave {pair}; it must give {right}. {message}")
        raise Wrong(
            f"{shown} gave {pair}; it must give {right}. Go through the list and count the epochs since the lowest loss so far."
        )
