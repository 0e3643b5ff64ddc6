"""Ten product drawings from signed distances, for many pictures at once.

A drawing function takes the object's own coordinates and style numbers and returns its ink: 0 where the
background shows, 1 where the main colour is, values between for details. `x` runs to the right and `y`
downwards, both about -1 to 1 inside the object; each is an array of shape (n, pixels). A style number is an
array of shape (n, 1) in [0, 1]: it belongs to the product, so that all photos of a product share it.
"""

from collections.abc import Callable

import numpy as np

Array = np.ndarray


def box(x: Array, y: Array, cx, cy, half_width, half_height, radius=0.0) -> Array:
    """Signed distance to a box with rounded corners (negative inside)."""
    dx = np.abs(x - cx) - half_width + radius
    dy = np.abs(y - cy) - half_height + radius
    outside = np.sqrt(np.maximum(dx, 0.0) ** 2 + np.maximum(dy, 0.0) ** 2)
    return outside + np.minimum(np.maximum(dx, dy), 0.0) - radius


def ellipse(x: Array, y: Array, cx, cy, half_width, half_height) -> Array:
    """Approximate signed distance to an ellipse."""
    scaled = np.sqrt(((x - cx) / half_width) ** 2 + ((y - cy) / half_height) ** 2)
    return (scaled - 1.0) * np.minimum(half_width, half_height)


def line(x: Array, y: Array, x0, y0, x1, y1, radius) -> Array:
    """Signed distance to a line with round ends."""
    ax, ay = x1 - x0, y1 - y0
    t = np.clip(((x - x0) * ax + (y - y0) * ay) / (ax * ax + ay * ay), 0.0, 1.0)
    return np.sqrt((x - x0 - t * ax) ** 2 + (y - y0 - t * ay) ** 2) - radius


def taper(x: Array, y: Array, top, bottom, half_width_top, half_width_bottom, cx=0.0) -> Array:
    """Approximate signed distance to an upright trapezoid between the heights `top` and `bottom`."""
    t = np.clip((y - top) / (bottom - top), 0.0, 1.0)
    side = np.abs(x - cx) - (half_width_top + t * (half_width_bottom - half_width_top))
    return np.maximum(side, np.maximum(top - y, y - bottom))


def ring(distance: Array, width) -> Array:
    """A band of half-width `width` along the outline of another shape."""
    return np.abs(distance) - width


class Ink:
    """A sheet on which shapes are painted one over the other; edges are blended over one pixel."""

    def __init__(self, shape: tuple[int, ...], edge: Array) -> None:
        """Start with an empty sheet of `shape`; `edge` is the width of a pixel in object units."""
        self.value = np.zeros(shape)
        self.edge = edge

    def paint(self, distance: Array, tone: float = 1.0) -> None:
        """Cover the inside of a shape with `tone`; tone 0 cuts a hole."""
        cover = np.clip(0.5 - distance / self.edge, 0.0, 1.0)
        self.value += cover * (tone - self.value)


def backpack(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """Rounded bag with a handle, two shoulder straps at the sides and a front pocket."""
    w, h = 0.46 + 0.12 * s[0], 0.66 + 0.08 * s[1]
    ink.paint(ring(ellipse(x, y, 0.0, 0.1 - h, 0.19, 0.2), 0.06))
    for side in (-1.0, 1.0):
        ink.paint(ring(ellipse(x, y, side * w, 0.22, 0.2, 0.42), 0.06))
    ink.paint(box(x, y, 0.0, 0.1, w, h, 0.34))
    ink.paint(ring(box(x, y, 0.0, 0.4, w - 0.14, 0.24 + 0.06 * s[2], 0.1), 0.045), 0.2)
    ink.paint(line(x, y, -w + 0.1, -0.12 - 0.1 * s[3], w - 0.1, -0.12 - 0.1 * s[3], 0.05), 0.2)


def book(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """Closed book: a cover with a spine line and a title, pages seen at the right and below."""
    w, h = 0.5 + 0.14 * s[0], 0.72 + 0.1 * s[1]
    ink.paint(box(x, y, 0.08, 0.08, w, h, 0.03), 0.55)
    ink.paint(box(x, y, 0.1, 0.1, w - 0.06, h - 0.06, 0.0), 0.15)
    ink.paint(box(x, y, -0.04, -0.05, w, h, 0.03))
    ink.paint(line(x, y, -w + 0.13, -0.02 - h, -w + 0.13, h - 0.08, 0.035), 0.25)
    top = -0.42 + 0.25 * s[2]
    ink.paint(line(x, y, -0.18, top, 0.28, top, 0.055), 0.1)
    ink.paint(line(x, y, -0.18 + 0.08 * s[3], top + 0.22, 0.28 - 0.08 * s[3], top + 0.22, 0.045), 0.1)


def bottle(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """Tall body, shoulder, neck and cap, with a label around the body."""
    w, neck = 0.25 + 0.1 * s[0], 0.09 + 0.05 * s[1]
    shoulder = -0.22 - 0.18 * s[2]
    ink.paint(box(x, y, 0.0, 0.5 * (shoulder + 0.95), w, 0.5 * (0.95 - shoulder), 0.1))
    ink.paint(taper(x, y, shoulder - 0.24, shoulder + 0.12, neck, w))
    ink.paint(box(x, y, 0.0, -0.72, neck, 0.22))
    ink.paint(box(x, y, 0.0, -0.9, neck + 0.05, 0.09, 0.03), 0.7)
    ink.paint(box(x, y, 0.0, 0.38, w, 0.13 + 0.1 * s[3]), 0.3)


def chair(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """Chair seen from the side and slightly from the front: back rest, seat, four legs."""
    seat, depth = 0.08 + 0.1 * s[0], 0.42 + 0.12 * s[1]
    lean = 0.06 + 0.14 * s[2]
    leg = 0.055 + 0.025 * s[3]
    ink.paint(line(x, y, -depth, seat, -depth - lean, -0.9, leg + 0.02))
    ink.paint(line(x, y, -depth + 0.3, seat - 0.12, -depth + 0.3 - lean, -0.94, leg + 0.02))
    for height in (-0.76, -0.5):
        ink.paint(
            line(x, y, -depth - 0.8 * lean, height, -depth + 0.3 - 0.8 * lean, height - 0.06, 0.08), 0.9
        )
    for foot, bottom in ((-depth, 0.95), (depth, 0.95), (-depth + 0.26, 0.8), (depth + 0.2, 0.8)):
        ink.paint(line(x, y, foot, seat, foot + 0.03, bottom, leg))
    skew = x - 0.26 * (seat - y) / 0.2
    ink.paint(np.maximum(box(x, y, 0.1, seat - 0.05, depth + 0.24, 0.11, 0.04), np.abs(skew) - depth - 0.3))


def headphones(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """A band over the head and two ear cups."""
    w, cup = 0.62 + 0.08 * s[0], 0.27 + 0.1 * s[1]
    band = np.maximum(ring(ellipse(x, y, 0.0, 0.12, w, 0.9), 0.07 + 0.03 * s[2]), y - 0.2)
    ink.paint(band)
    for side in (-1.0, 1.0):
        ink.paint(box(x, y, side * (w - 0.03), 0.42, 0.2, cup + 0.06, 0.15))
        ink.paint(box(x, y, side * (w - 0.19), 0.42, 0.055 + 0.03 * s[3], cup - 0.06, 0.04), 0.45)


def lamp(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """Table lamp: a shade on a stem with a round foot."""
    top, wide = 0.2 + 0.16 * s[0], 0.56 + 0.12 * s[1]
    low = -0.18 + 0.12 * s[2]
    ink.paint(box(x, y, 0.0, 0.35, 0.055 + 0.03 * s[3], 0.52))
    ink.paint(ellipse(x, y, 0.0, 0.86, 0.42, 0.12))
    ink.paint(ellipse(x, y, 0.0, 0.55, 0.06 + 0.16 * s[3], 0.2))
    ink.paint(taper(x, y, -0.92, low, top, wide))
    ink.paint(line(x, y, -wide + 0.05, low - 0.09, wide - 0.05, low - 0.09, 0.03), 0.5)


def mug(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """A wide body with an open rim and a handle at the right."""
    w, h = 0.45 + 0.1 * s[0], 0.5 + 0.14 * s[1]
    ink.paint(ring(ellipse(x, y, w - 0.14, 0.06, 0.36, 0.2 + 0.12 * s[2]), 0.085))
    ink.paint(box(x, y, -0.14, 0.06, w, h, 0.12))
    ink.paint(ellipse(x, y, -0.14, 0.08 - h, w, 0.16))
    ink.paint(ellipse(x, y, -0.14, 0.08 - h, w - 0.1, 0.085), 0.2)
    ink.paint(ellipse(x, y, -0.14, 0.18, 0.12 + 0.1 * s[3], 0.14), 0.5)


def shoe(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """Shoe from the side: sole, low toe, high ankle, laces."""
    ankle = -0.3 - 0.3 * s[0]
    top = np.where(
        x < -0.25, ankle, ankle + (0.14 - ankle) * np.clip((x + 0.25) / (0.55 + 0.15 * s[1]), 0, 1)
    )
    body = np.maximum(box(x, y, 0.0, 0.0, 0.88, 0.66, 0.1), top - y)
    ink.paint(np.maximum(body, y - 0.46))
    ink.paint(ellipse(x, y, 0.52, 0.32, 0.4, 0.24))
    ink.paint(box(x, y, 0.0, 0.53, 0.93, 0.11 + 0.03 * s[2], 0.07), 0.6)
    ink.paint(line(x, y, -0.88, 0.38, 0.9, 0.38, 0.035), 0.1)
    ink.paint(ellipse(x, y, -0.5, ankle, 0.26, 0.1), 0.15)
    for k in range(3):
        cx = -0.12 + 0.17 * k
        cy = ankle + 0.24 + 0.13 * k
        ink.paint(line(x, y, cx - 0.05, cy, cx + 0.07, cy - 0.1, 0.035), 0.15 + 0.2 * float(k == 1))


def t_shirt(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """A body with two short sleeves and a neck opening."""
    w, sleeve = 0.44 + 0.08 * s[0], 0.5 + 0.14 * s[1]
    ink.paint(box(x, y, 0.0, 0.1, w, 0.78, 0.05))
    for side in (-1.0, 1.0):
        reach = side * (w + 0.36)
        ink.paint(line(x, y, side * (w - 0.16), -0.52, reach - 0.1 * side, -0.66 + sleeve, 0.185))
    ink.paint(ellipse(x, y, 0.0, -0.7, 0.2 + 0.06 * s[2], 0.14 + 0.12 * s[3]), 0.0)


def watch(ink: Ink, x: Array, y: Array, s: list[Array]) -> None:
    """A dial with two hands between two straps."""
    strap, dial = 0.17 + 0.08 * s[0], 0.4 + 0.08 * s[1]
    ink.paint(taper(x, y, -0.96, -0.2, strap - 0.04, strap + 0.05), 0.75)
    ink.paint(taper(x, y, 0.2, 0.96, strap + 0.05, strap - 0.04), 0.75)
    face = np.where(s[2] < 0.6, ellipse(x, y, 0.0, 0.0, dial, dial), box(x, y, 0.0, 0.0, dial, dial, 0.1))
    ink.paint(face)
    ink.paint(face + 0.1, 0.1)
    ink.paint(box(x, y, dial + 0.04, 0.0, 0.06, 0.08), 1.0)
    angle = 2 * np.pi * s[3]
    ink.paint(line(x, y, 0.0, 0.0, 0.26 * np.sin(angle), -0.26 * np.cos(angle), 0.04))
    ink.paint(line(x, y, 0.0, 0.0, 0.18 * np.sin(12 * angle), -0.18 * np.cos(12 * angle), 0.055))


DRAWINGS: dict[str, Callable[[Ink, Array, Array, list[Array]], None]] = {
    "backpack": backpack,
    "book": book,
    "bottle": bottle,
    "chair": chair,
    "headphones": headphones,
    "lamp": lamp,
    "mug": mug,
    "shoe": shoe,
    "t-shirt": t_shirt,
    "watch": watch,
}
