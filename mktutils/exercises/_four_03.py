"""The four trainings of exercise 03.8, so that the cell of the lesson does not show their settings."""

import numpy as np

from mktutils.scratch import SGD, Adam, BinaryCrossentropy, Dense, Network


def four_trainings(X_train, y_train, X_valid, y_valid) -> dict[str, dict[str, list[float]]]:
    """Train the network of lesson 03 in four ways, 15 epochs each; return letter → history ("loss", "val_loss").

    Which letter is which training is the question of exercise 03.8. Takes about two seconds on the shop's table.

    >>> X, y = np.random.default_rng(0).normal(size=(2100, 3)), np.arange(2100) % 2
    >>> four = four_trainings(X, y, X[:50], y[:50])
    >>> sorted(four), len(four["A"]["val_loss"])
    (['A', 'B', 'C', 'D'], 15)
    """
    X, y = np.asarray(X_train), np.asarray(y_train)
    few = np.random.default_rng(42).choice(len(X), min(2000, len(X)), replace=False)
    runs = {
        "A": (SGD(0.008), slice(None), 1024),
        "B": (Adam(0.003), few, 64),
        "C": (SGD(8.0), slice(None), 1024),
        "D": (SGD(0.8), slice(None), 1024),
    }
    four = {}
    for letter, (optimizer, rows, size) in runs.items():
        layers = [Dense(64, "relu"), Dense(64, "relu"), Dense(1)]
        loss = BinaryCrossentropy(from_logits=True)
        network = Network(layers, loss=loss, optimizer=optimizer, seed=0, dtype="float64")
        valid = (np.asarray(X_valid), np.asarray(y_valid))
        history = network.fit(X[rows], y[rows], epochs=15, batch_size=size, validation_data=valid)
        four[letter] = history.history
    return four
