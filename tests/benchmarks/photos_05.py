"""Measure what lesson 05 shows: `python tests/benchmarks/photos_05.py climb` (or `curve`, or `shifts`).

The code is the lesson's own: the cells of the notebook that carry the tag "photos". `climb` trains each
recipe with five seeds, `curve` the lesson's recipe on 100 to 1,600 photos with three, `shifts` scores
networks with and without strong augmentation on changed photos, with two seeds. All are judged on the
validation products; the test products stay closed. The results go to `data/measured/05_*.csv`, which the
lesson reads. `seconds` are processor seconds. On one quiet core `climb` takes about 13 minutes, `curve` four,
`shifts` two. This is a benchmark, not a test.
"""

import sys
import time
from pathlib import Path

import mktutils  # noqa: F401  # isort: skip  # first: quiet TensorFlow

import keras
import nbformat
import numpy as np
import pandas as pd
from keras import layers

from mktutils.datasets import load_product_images, load_truth

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "05_cnn.ipynb"
SEEDS, CURVE_SEEDS, SHIFT_SEEDS = range(5), range(3), range(2)
SIZES = (100, 200, 375, 800, 1600)  # and all training photos, which the climb has measured
ONE_EACH = 375  # training products
SHIFTED = {"lesson's network": "RESIDUAL", "strong augmentation": "STRONG"}


def lesson(notebook: Path = NOTEBOOK) -> dict:
    """Return the photos, the split by product, and the names that the cells with the tag "photos" define."""
    photos = load_product_images()
    product = pd.factorize(photos.product_id)[0]
    turn = np.random.default_rng(0).permutation(product.max() + 1)[product]
    test, valid = turn % 4 == 0, turn % 8 == 1
    names = {
        "SEED": 42, "keras": keras, "layers": layers, "np": np, "pd": pd, "product": product,
        "x": (photos.image[..., None] / 255).astype("float32"), "filed": photos.label.astype(int),
        "true": load_truth("product_images")["true_label"].to_numpy(),
        "test": test, "valid": valid, "train": ~(test | valid),
    }  # fmt: skip
    cells = nbformat.read(notebook, as_version=4).cells
    wanted = [c.source for c in cells if "photos" in c.metadata.get("tags", [])]
    exec(compile("\n\n".join(wanted), "photos", "exec"), names)
    return names


def scores(names: dict, p: np.ndarray) -> tuple[float, float]:
    """Accuracy and log-loss on the validation photos, categories as filed, rounded as they are stored."""
    filed = names["filed"][names["valid"]]
    log_loss = -np.log(np.maximum(p[np.arange(len(p)), filed], 1e-7)).mean()
    return round(float((p.argmax(axis=1) == filed).mean()), 6), round(float(log_loss), 6)


def measure(names: dict, train) -> tuple:
    """Call `train`; return the network, its validation probabilities, processor seconds and parameters."""
    start = time.process_time()
    network = train()
    seconds = round(time.process_time() - start, 1)
    return network, names["predict"](network, names["x"][names["valid"]]), seconds, network.count_params()


def climb(names: dict) -> pd.DataFrame:
    """Train every recipe with five seeds; "mean of five" averages the probabilities of five networks."""
    table = []
    for step, recipe in names["RECIPES"].items():
        kept = []
        for seed in SEEDS:
            _, p, seconds, parameters = measure(
                names, lambda r=recipe, s=seed: names["train_recipe"](r, names["train"], s)
            )
            kept.append(p)
            table.append((step, seed, *scores(names, p), seconds, parameters))
        if recipe == names["RESIDUAL"]:
            total = [sum(row[k] for row in table[-5:]) for k in (4, 5)]
            table.append((step, "mean of five", *scores(names, np.mean(kept, axis=0)), *total))
        print(step, *(row[2] for row in table if row[0] == step), flush=True)
    return pd.DataFrame(table, columns=["step", "seed", "accuracy", "log_loss", "seconds", "parameters"])


def curve(names: dict) -> pd.DataFrame:
    """Train the lesson's recipe on a part of the photos."""
    table = []
    for kind, n in [*(("products", n) for n in SIZES), ("one each", ONE_EACH)]:
        for seed in CURVE_SEEDS:
            rows = names["some_photos"](n, seed, kind == "one each")
            _, p, seconds, parameters = measure(names, lambda r=rows, s=seed: names["train_on_few"](r, s))
            products = len(np.unique(names["product"][rows]))
            table.append((kind, len(rows), products, seed, *scores(names, p), seconds, parameters))
        print(kind, n, *(row[4] for row in table[-3:]), flush=True)
    columns = ["kind", "photos", "products", "seed", "accuracy", "log_loss", "seconds", "parameters"]
    return pd.DataFrame(table, columns=columns)


def shifts(names: dict) -> pd.DataFrame:
    """Score two recipes on changed validation photos."""
    table = []
    for name, recipe in SHIFTED.items():
        for seed in SHIFT_SEEDS:
            network = names["train_recipe"](names[recipe], names["train"], seed)
            for shift in names["SHIFTS"]:
                accuracy = names["accuracy_under"](network, shift, names["valid"])
                table.append((name, shift, seed, round(float(accuracy), 6)))
            print(name, *(row[3] for row in table[-len(names["SHIFTS"]) :]), flush=True)
    return pd.DataFrame(table, columns=["network", "shift", "seed", "accuracy"])


if __name__ == "__main__":
    notebook = Path(sys.argv[2]) if len(sys.argv) > 2 else NOTEBOOK
    study = {"climb": climb, "curve": curve, "shifts": shifts}[sys.argv[1]]
    table = study(lesson(notebook))
    table.to_csv(ROOT / "data" / "measured" / f"05_{study.__name__}.csv", index=False)
