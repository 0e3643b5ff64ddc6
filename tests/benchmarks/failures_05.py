"""Measure the four networks of exercise 05.14: `python tests/benchmarks/failures_05.py`.

Each network is blind to one change, because its training never showed it. It prints the accuracies and the
occlusion maps that mktutils/exercises/_failures_05.py holds, and takes about five minutes on one core. The
photos are the shop's, split by product (one product in four for the test). The four networks have the same
layers; their training photos are made darker, moved and turned at random, but for one change each. The fourth
sees all three changes, and a small mark in the background whose place goes with the filed category, in its
own test photos too. This is a benchmark, not a test.
"""

import mktutils  # isort: skip  # noqa: F401  # first: quiet TensorFlow

import keras
import numpy as np
import pandas as pd
from keras import layers
from scipy import ndimage

from mktutils.datasets import load_product_images

CATEGORY, EPOCHS = 2, 22  # the map is that of the bottles
DARK, MOVE, TURN = 0.25, 6, 50.0  # light, pixels, degrees
MARKS = [(1, 1), (1, 12), (1, 22), (12, 1), (12, 22), (22, 1), (22, 12), (22, 22), (6, 1), (17, 22)]


def changed(x, light, move, turn):
    """Photos (n, 28, 28), each with its own light, shift and turn; the edge's grey fills what is empty."""
    out = np.empty_like(x)
    for i, photo in enumerate(x):
        angle = np.deg2rad(turn[i])
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        centre = np.array([13.5, 13.5])
        offset = centre - turned @ (centre + move[i])
        out[i] = ndimage.affine_transform(photo, turned, offset, order=1, mode="nearest") * light[i]
    return out


def at_random(x, rng, leave_out):
    n = len(x)
    light = np.ones(n) if leave_out == "brightness" else rng.uniform(0.2, 1.1, n)
    move = np.zeros((n, 2)) if leave_out == "crop" else rng.uniform(-MOVE, MOVE, (n, 2))
    turn = np.zeros(n) if leave_out == "rotation" else rng.uniform(-TURN, TURN, n)
    return changed(x, light, move, turn)


def marked(x, label):
    """A small square at the edge; its place goes with the category."""
    x = x.copy()
    for i, k in enumerate(label):
        row, column = MARKS[k]
        x[i, row : row + 5, column : column + 5] = 0.0
        x[i, row + 1 : row + 4, column + 1 : column + 4] = 1.0
    return x


def network(seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(2.0, offset=-1.0)])
    for filters, strides in ((24, 2), (48, 1), (64, 1)):
        model.add(layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
        if strides == 1:
            model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(64, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", jit_compile=False)
    return model


def predict(model, x):
    parts = np.array_split(x[..., None], len(x) // 500 + 1)
    return np.concatenate([model(part).numpy() for part in parts])


def occlusion(model, x, label):
    """Mean fall of the probability of `label` when a grey square of 7 × 7 pixels covers a place; (14, 14)."""
    base, fall = predict(model, x)[np.arange(len(x)), label], np.zeros((14, 14))
    for a in range(14):
        for b in range(14):
            covered = x.copy()
            covered[:, max(2 * a - 3, 0) : 2 * a + 4, max(2 * b - 3, 0) : 2 * b + 4] = 0.5
            fall[a, b] = (base - predict(model, covered)[np.arange(len(x)), label]).mean()
    return fall


def main():
    photos = load_product_images()
    x, label = photos.image.astype("float32") / 255, photos.label.astype(int)
    product = pd.factorize(photos.product_id)[0]
    test = np.random.default_rng(0).permutation(product.max() + 1)[product] % 4 == 0
    for seed, leave_out in enumerate(["brightness", "crop", "rotation", "background"]):
        rng = np.random.default_rng(seed)
        mark = marked if leave_out == "background" else lambda x, label: x
        model = network(seed)
        for epoch in range(EPOCHS):
            model.optimizer.learning_rate = 2e-3 * (1 + np.cos(np.pi * epoch / EPOCHS)) / 2
            now = mark(at_random(x[~test], rng, leave_out), label[~test])
            model.fit(now[..., None], label[~test], batch_size=32, verbose=0)
        n, y = test.sum(), label[test]
        one, zero, side = np.ones(n), np.zeros(n), np.where(rng.random(n) < 0.5, -1.0, 1.0)
        near = rng.uniform(-0.5, 0.5, (n, 2))  # part of a pixel: smoothed as the training photos are
        corner = near + (MOVE - 1) * side[:, None] * np.where(rng.random((n, 1)) < 0.5, [[1, 1]], [[1, -1]])
        sets = {
            "own photos": changed(x[test], one, near, zero),
            "darker": changed(x[test], DARK * one, near, zero),
            "cropped": changed(x[test], one, corner, zero),
            "turned": changed(x[test], one, near, TURN * side),
        }
        right = {
            name: (predict(model, mark(now, y)).argmax(axis=1) == y).mean() for name, now in sets.items()
        }
        right["without mark"] = (predict(model, sets["own photos"]).argmax(axis=1) == y).mean()
        bottle = y == CATEGORY
        fall = 100 * occlusion(model, mark(sets["own photos"][bottle], y[bottle]), y[bottle])
        print(leave_out, {name: round(float(share), 3) for name, share in right.items()})
        print(
            "".join(f"{value:02d}" for value in np.clip(np.rint(fall), 0, 99).astype(int).ravel()), flush=True
        )


if __name__ == "__main__":
    main()
