"""The four trainings of exercise 04.6, so that the cell of the lesson does not show which panel is which; its checker."""

import numpy as np

from mktutils.exercises._training_03 import _dictionary
from mktutils.lesson import Wrong

STEPS = 10


def curves_04(
    X_train, y_train, X_valid, y_valid, *, epochs: int = 20, seed: int = 2
) -> dict[str, dict[str, list[float]]]:
    """Train one network in four ways, 10 steps in each epoch; return letter → history ("loss", "val_loss").

    `X_*`: float arrays of shape (n_rows, n_columns), `y_*`: 0/1 labels of shape (n_rows,), such as those of
    `prepare_behavior`. Three trainings see the same 600 rows, one sees all. Which letter is which training is
    the question of exercise 04.6. Takes about three seconds on the shop's table; the random state of the
    notebook stays as it is.

    >>> X, y = np.random.default_rng(0).normal(size=(700, 3)), np.arange(700) % 2
    >>> sorted(curves_04(X, y, X[:50], y[:50], epochs=1))
    ['A', 'B', 'C', 'D']
    """
    X, y = np.asarray(X_train, dtype="float32"), np.asarray(y_train, dtype="float32")
    valid = np.asarray(X_valid, dtype="float32"), np.asarray(y_valid, dtype="float32").reshape(-1, 1)
    rng = np.random.default_rng(42 + seed)
    few = rng.permutation(len(X))[:600]
    runs = {
        "A": {"rows": few, "dropout": 0.5},
        "B": {"rows": np.arange(len(X))},
        "C": {"rows": few},
        "D": {"rows": few, "patience": 3},
    }
    return {
        letter: _train(X, y, valid, rng, epochs, 10 * seed + k, **run)
        for k, (letter, run) in enumerate(runs.items())
    }


def _train(X, y, valid, rng, epochs: int, seed: int, *, rows, dropout: float = 0.0, patience: int = 0):
    """Return the history of one training. `fit` would need twice the time for these small batches."""
    import keras

    model = keras.Sequential([keras.Input((X.shape[1],))])
    for k in (1, 2):
        start = keras.initializers.GlorotUniform(seed=100 * seed + k)
        model.add(keras.layers.Dense(64, activation="relu", kernel_initializer=start))
        if dropout:
            model.add(keras.layers.Dropout(dropout, seed=100 * seed + 10 + k))
    start = keras.initializers.GlorotUniform(seed=100 * seed + 3)
    model.add(keras.layers.Dense(1, activation="sigmoid", kernel_initializer=start))
    log_loss = keras.losses.BinaryCrossentropy()
    model.compile(keras.optimizers.Adam(0.003), log_loss, jit_compile=False)
    model.optimizer.build(model.trainable_variables)  # now, or the first step is compiled twice
    size, history = len(rows) // STEPS, {"loss": [], "val_loss": []}
    while len(history["loss"]) < epochs:
        batches = rng.permutation(rows)[: size * STEPS].reshape(STEPS, size)
        losses = [model.train_on_batch(X[batch], y[batch]) for batch in batches]
        history["loss"].append(float(np.mean(losses)))
        history["val_loss"].append(float(log_loss(valid[1], model(valid[0]))))
        if patience and len(history["val_loss"]) - 1 - int(np.argmin(history["val_loss"])) >= patience:
            break
    return history


_LETTERS = {"no cure": "C", "dropout": "A", "early stopping": "D", "more data": "B"}
_SEEN = {
    "A": "In panel A the solid line falls slowly, and the dashed line rises a little from its lowest point until the last epoch.",
    "B": "In panel B both lines come down fast and stay close together, and the dashed line ends lowest of all.",
    "C": "In panel C the solid line falls almost to 0, and the dashed line ends at about twice its lowest value.",
    "D": "In panel D both lines end after a few epochs, a little after the lowest point of the dashed line.",
}
_MEANS = {
    "no cure": "Without a cure the network learns its 600 rows by heart: the gap between the lines is the widest.",
    "dropout": "Dropout slows memorising down: the training loss stays higher, a gap opens all the same, only later and less.",
    "early stopping": "Early stopping does not change the curve: it ends the training.",
    "more data": "With many rows there is too much to learn by heart: training and validation stay together.",
}


def check_curves(answer) -> None:
    """Raise Wrong with what the panel shows and what the training would show."""
    letters = _dictionary(answer, list(_LETTERS), list(_SEEN))
    if len(set(letters.values())) < len(_LETTERS):
        raise Wrong("Each panel belongs to one training: use each of the letters A, B, C, D once.")
    for training in ("early stopping", "more data", "no cure", "dropout"):
        if letters[training] != _LETTERS[training]:
            raise Wrong(
                f"*{training}*: {_MEANS[training]} {_SEEN[letters[training]]} Compare the two sentences."
            )
