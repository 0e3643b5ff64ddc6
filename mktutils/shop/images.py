"""Product photos, drawn by the simulator, and how each did as an advertising picture.

A product has a style (proportions, pattern, colour); each of its photos has its own camera (scale, rotation,
shift, mirror), light, background and noise. So photos of one product look alike: split by product.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mktutils.shop.shapes import DRAWINGS, Array, Ink, box, ellipse, line

if TYPE_CHECKING:
    from mktutils.shop.world import World

CATEGORIES = list(DRAWINGS)
SIZE = 28  # pixels
FINE = 2 * SIZE  # the drawing grid, averaged down to SIZE
PHOTOS = (5, 6, 7, 8, 9, 10, 11, 12)  # photos per product, one of these
LEVELS = 16  # grey levels kept
WRONG_LABEL = 0.04  # share of photos that the supplier filed under another category


def click_probability(attributes: pd.DataFrame) -> Array:
    """True click rate of a picture: a written-down function of what can be seen in it.

    `attributes` has the columns brightness, contrast, size, offset (each 0 to 1) and pattern (0 plain,
    1 stripes, 2 dots, 3 checks). The best picture is medium bright, rich in contrast, fills about 30 % of
    the square, stands in the middle; stripes and checks help a large object and hurt a small one.

    >>> row = {"brightness": [0.55], "contrast": [0.5], "size": [0.3], "offset": [0.0], "pattern": [0]}
    >>> click_probability(pd.DataFrame(row)).round(4).tolist()
    [0.0573]
    """
    a = attributes
    patterned = a["pattern"].isin([1, 3]).to_numpy() * np.clip(
        (a["size"].to_numpy() - 0.20) / 0.08, -1.0, 1.0
    )
    logit = (
        -2.8
        - 10.0 * (a["brightness"].to_numpy() - 0.55) ** 2
        + 2.4 * (a["contrast"].to_numpy() - 0.5)
        - 28.0 * (a["size"].to_numpy() - 0.30) ** 2
        - 2.5 * a["offset"].to_numpy()
        + 0.35 * patterned
    )
    return 1.0 / (1.0 + np.exp(-logit))


def _pattern(x: Array, y: Array, kind: Array, density: Array, turn: Array) -> Array:
    """Brightness factor of the cloth or surface: plain, stripes, dots or checks."""
    u = x * np.cos(turn) + y * np.sin(turn)
    v = y * np.cos(turn) - x * np.sin(turn)
    wave_u, wave_v = np.sin(density * u), np.sin(density * v)
    wave = np.select(
        [kind == 1, kind == 2, kind == 3], [wave_u, 1.6 * wave_u * wave_v - 0.3, wave_u + wave_v], 0.0
    )
    return 1.0 - 0.25 * np.clip(2.0 * wave, -1.0, 1.0) * (kind > 0) - 0.1 * (kind > 0)


def _clutter(x: Array, y: Array, u: Array) -> Array:
    """Things that stand behind the object: a table edge, a round shadow, a bar."""
    edge = 0.06
    table = np.clip(0.5 - (0.55 + 0.3 * u[:, 1:2] - y) / edge, 0.0, 1.0) * (u[:, 0:1] < 0.35)
    spot = ellipse(x, y, 2 * u[:, 3:4] - 1, 2 * u[:, 4:5] - 1, 0.2 + 0.3 * u[:, 5:6], 0.2 + 0.3 * u[:, 5:6])
    spot = np.clip(0.5 - spot / edge, 0.0, 1.0) * (u[:, 2:3] < 0.35)
    bar = line(x, y, 2 * u[:, 7:8] - 1, -1.1, 2 * u[:, 8:9] - 1, 1.1, 0.05 + 0.06 * u[:, 9:10])
    bar = np.clip(0.5 - bar / edge, 0.0, 1.0) * (u[:, 6:7] < 0.25)
    return np.maximum(table, np.maximum(spot, bar))


def _draw(category: str, style: Array, shot: Array, gauss: Array) -> tuple[Array, pd.DataFrame]:
    """Draw n photos of one category.

    Returns pictures in [0, 1], shape (n, 28, 28), and what can be seen in them.
    """
    n = len(style)
    grid = (np.arange(FINE) + 0.5) / FINE * 2.0 - 1.0
    px, py = (g.reshape(1, -1) for g in np.meshgrid(grid, grid))
    s = [style[:, k : k + 1] for k in range(style.shape[1])]
    c = [shot[:, k : k + 1] for k in range(shot.shape[1])]

    # Camera: from picture coordinates to the object's own.
    scale = 0.68 + 0.28 * c[0]
    angle = 0.46 * (c[1] + c[2] - 1.0)
    shift = 0.66 * (1.06 - scale)
    cx, cy = shift * (2 * c[3] - 1), shift * (2 * c[4] - 1)
    mirror = np.where(c[5] < 0.25, -1.0, 1.0)
    stretch = 1.0 + 0.16 * (c[6] - 0.5)
    dx, dy = (px - cx) / scale, (py - cy) / scale
    x = (dx * np.cos(angle) + dy * np.sin(angle)) * mirror * stretch
    y = (dy * np.cos(angle) - dx * np.sin(angle)) / stretch

    ink = Ink(x.shape, edge=2.0 / FINE / scale)
    DRAWINGS[category](ink, x, y, s)
    solid = ink.value
    kind = np.where(s[4] < 0.46, 0, 1 + np.minimum(np.floor((s[4] - 0.46) / 0.18), 2)).astype(int)
    surface = _pattern(x, y, kind, 8.0 + 6.0 * s[5], np.pi * s[6])

    # Colours: most products are dark on a light ground; some are photographed the other way round.
    light_on_dark = s[7] < 0.15
    low, high = 0.06 + 0.25 * s[8], 0.97 - 0.25 * c[7]
    ground = np.where(light_on_dark, low, high)
    object_tone = np.where(light_on_dark, high, low)
    behind = ground + 0.5 * (object_tone - ground) * _clutter(px, py, shot[:, 8:18]) * (c[18] < 0.5)
    picture = behind + (object_tone - behind) * solid * surface

    # A price sticker or a hand hides a part of some objects.
    sticker = box(px, py, 1.4 * c[20] - 0.7, 1.4 * c[21] - 0.7, 0.16 + 0.1 * c[22], 0.12 + 0.1 * c[23])
    cover = np.clip(0.5 - sticker / 0.05, 0.0, 1.0) * (c[19] < 0.18)
    picture += cover * (0.5 - picture)

    # Light falls from one side.
    ramp = 0.35 * c[24]
    picture *= 1.0 - ramp * (0.5 + 0.5 * (px * np.cos(6.3 * c[25]) + py * np.sin(6.3 * c[25])))

    picture = picture.reshape(n, SIZE, 2, SIZE, 2).mean(axis=(2, 4))
    size = solid.mean(axis=1)
    seen = pd.DataFrame(
        {
            "brightness": picture.mean(axis=(1, 2)),
            "contrast": np.abs(high - low)[:, 0] * (1.0 - 0.5 * ramp[:, 0]),
            "size": size,
            "offset": np.sqrt(cx**2 + cy**2)[:, 0],
            "pattern": kind[:, 0],
        }
    )
    noise = 0.02 + 0.045 * c[26].reshape(n, 1, 1)
    picture = np.clip(picture + noise * gauss, 0.0, 1.0)
    return picture, seen


def make_images(world: "World") -> dict[str, object]:
    """Draw all photos: `product_images.npz` (dict of arrays) and `truth/product_images.csv.gz` (a frame).

    Arrays, all of the same length n: image (n, 28, 28) uint8, product_id, label (0 to 9, as filed by the
    supplier), impressions and clicks.
    """
    rng = world.rng("product_images")
    products = world.products
    category = products["category"].astype(str).to_numpy()
    styles = rng.random((len(products), 12))
    per_product = rng.choice(PHOTOS, len(products))
    owner = np.repeat(np.arange(len(products)), per_product)
    n = len(owner)
    shots = rng.random((n, 28))
    jitter = 0.06 * (rng.random((n, 12)) - 0.5)
    jitter[:, 4:] = 0.0  # proportions vary a little with the view, the product's surface does not
    gauss = rng.standard_normal((n, SIZE, SIZE))

    image = np.empty((n, SIZE, SIZE))
    seen: list[pd.DataFrame] = []
    for name in CATEGORIES:
        of_category = np.flatnonzero(category[owner] == name)
        for rows in np.array_split(of_category, len(of_category) // 32 + 1):  # small blocks stay in the cache
            image[rows], attributes = _draw(
                name, styles[owner[rows]] + jitter[rows], shots[rows], gauss[rows]
            )
            seen.append(attributes.set_index(rows))
    attributes = pd.concat(seen).sort_index().round(4)
    levels = np.rint(image * (LEVELS - 1)).astype(np.uint8)

    true_label = pd.Index(CATEGORIES).get_indexer(category[owner])
    elsewhere = (true_label + rng.integers(1, len(CATEGORIES), n)) % len(CATEGORIES)
    label = np.where(rng.random(n) < WRONG_LABEL, elsewhere, true_label)
    p_click = click_probability(attributes).round(6)
    impressions = np.rint(np.exp(6.9 + 0.8 * rng.standard_normal(n))).astype(int)
    clicks = rng.binomial(impressions, p_click)

    product_id = products["product_id"].astype(str).to_numpy()[owner]
    arrays = {
        "image": levels * np.uint8(255 // (LEVELS - 1)),
        "product_id": product_id.astype("U5"),
        "label": label.astype(np.uint8),
        "impressions": impressions.astype(np.int32),
        "clicks": clicks.astype(np.int32),
    }
    truth = pd.DataFrame({"image_row": np.arange(n), "product_id": product_id, "true_label": true_label})
    truth = pd.concat([truth, pd.DataFrame({"p_click": p_click}), attributes], axis=1)
    return {"product_images.npz": arrays, "truth/product_images.csv.gz": truth}
