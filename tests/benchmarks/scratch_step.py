"""How long one training step takes in NumPy and in Keras: `python tests/benchmarks/scratch_step.py`.

The network of lesson 03 (59 columns, 64 and 64 hidden units, one logit), batches of 256 rows and Adam. The
two take turns in short rounds, so that a busy machine disturbs both alike; printed are the median of the
rounds and the ratio Keras : NumPy. This is a benchmark, not a test: no time limit depends on it.
"""

import statistics
import time

from mktutils import scratch  # isort: skip  # first: it keeps TensorFlow quiet

import keras
import numpy as np

COLUMNS, UNITS, BATCH, ROUNDS, STEPS = 59, 64, 256, 15, 60


def networks():
    """The same network twice, with the same weights."""
    by_hand = scratch.Network(
        [scratch.Dense(UNITS, "relu"), scratch.Dense(UNITS, "relu"), scratch.Dense(1)],
        loss=scratch.BinaryCrossentropy(from_logits=True),
        optimizer=scratch.Adam(1e-3),
    ).build(COLUMNS)
    layers = [keras.layers.Dense(UNITS, "relu"), keras.layers.Dense(UNITS, "relu"), keras.layers.Dense(1)]
    in_keras = keras.Sequential([keras.Input((COLUMNS,)), *layers])
    in_keras.compile(
        optimizer=keras.optimizers.Adam(1e-3), loss=keras.losses.BinaryCrossentropy(from_logits=True)
    )
    in_keras.set_weights(by_hand.get_weights())
    return by_hand, in_keras


def milliseconds(network, X, y) -> float:
    """Milliseconds of one `train_on_batch`, the mean over one round."""
    begin = time.perf_counter()
    for _ in range(STEPS):
        network.train_on_batch(X, y)
    return 1000 * (time.perf_counter() - begin) / STEPS


def main() -> None:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((BATCH, COLUMNS)).astype("float32")
    y = (rng.random((BATCH, 1)) < 0.1).astype("float32")
    by_hand, in_keras = networks()
    for network in (by_hand, in_keras):  # the first steps build graphs and buffers
        milliseconds(network, X, y)
    rounds = [(milliseconds(by_hand, X, y), milliseconds(in_keras, X, y)) for _ in range(ROUNDS)]
    for name, times in zip(("NumPy", "Keras"), zip(*rounds, strict=True), strict=True):
        print(f"{name}: {statistics.median(times):.2f} ms a step ({min(times):.2f} to {max(times):.2f})")
    ratios = [keras_ms / numpy_ms for numpy_ms, keras_ms in rounds]
    print(f"Keras : NumPy = {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})")


if __name__ == "__main__":
    main()
