"""Pooling makes images smaller, `Flatten` makes rows of them for a Dense layer; nothing here is trained."""

import math
from collections.abc import Sequence

import numpy as np

from mktutils.scratch.convolution import (
    check_padding,
    check_shape,
    margins_2d,
    output_shape,
    per_axis,
    windows_2d,
    without_margins,
)
from mktutils.scratch.layers import Layer, Shape


class Pooling2D(Layer):
    """What MaxPooling2D and AveragePooling2D share: windows of `pool_size`, `strides` apart, per channel."""

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        *,
        name: str | None = None,
    ) -> None:
        """Keep the settings; without `strides` the windows lie side by side."""
        super().__init__(name=name)
        self.pool_size = per_axis("pool_size", pool_size, 2)
        self.strides = self.pool_size if strides is None else per_axis("strides", strides, 2)
        self.padding = check_padding(padding, ("valid", "same"))

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Return (output height, output width, channels)."""
        *sizes, channels = check_shape(self, n_inputs, 2)
        return (*output_shape(self, sizes, self.pool_size), channels)

    def padded(self, X: np.ndarray, value: float) -> tuple[np.ndarray, list[tuple[int, int]]]:
        """Return X with `value` around it where the padding is "same", and the margins."""
        *sizes, _ = check_shape(self, X.shape[1:], 2)
        output_shape(self, sizes, self.pool_size)
        if X.dtype.kind != "f":
            raise ValueError(f"{self.label} needs floating-point numbers; got {X.dtype}: X.astype('float32')")
        margins = margins_2d(X, self.pool_size, self.strides, self.padding)
        return np.pad(X, margins, constant_values=value), margins

    def cells(self, padded: np.ndarray, output_sizes: tuple[int, int]) -> list[np.ndarray]:
        """Return one view of `padded` for each cell of the window: that cell of all windows, row by row."""
        (down, right), (n_rows, n_columns) = self.strides, output_sizes
        return [
            padded[:, i : i + down * n_rows : down, j : j + right * n_columns : right]
            for i in range(self.pool_size[0])
            for j in range(self.pool_size[1])
        ]


class MaxPooling2D(Pooling2D):
    """output = the largest value of each window, per channel; X (n, height, width, channels).

    `pool_size` and `strides` are one number or (height, width). With padding "same" the cells around the
    image never win. The gradient goes to the cell that won; among equal ones to the first, row by row.

    Raises ValueError for sizes below 1, an unknown padding, X of another rank, or smaller than the window.
    Source: keras.io/api/layers/pooling_layers/max_pooling2d.

    >>> layer, image = MaxPooling2D(), np.array([[1.0, 4.0, 2.0, 2.0], [3.0, 0.0, 1.0, 2.0]])
    >>> layer.forward(image[None, :, :, None])[0, :, :, 0]
    array([[4., 2.]])
    >>> layer.backward(np.array([[[[5.0], [7.0]]]]))[0, :, :, 0]
    array([[0., 5., 7., 0.],
           [0., 0., 0., 0.]])
    """

    default_name = "max_pooling2d"

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the maximum of each window, and remember which cell it was."""
        padded, margins = self.padded(X, -np.inf)
        windows = windows_2d(padded, self.pool_size, self.strides)
        windows = windows.reshape(*windows.shape[:4], -1)  # the cells of a window in one row
        winner = windows.argmax(axis=-1)  # the first of equal ones
        self.cache = winner, padded.shape, margins
        return np.take_along_axis(windows, winner[..., None], axis=-1)[..., 0]

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return dL/dX: upstream where the cell won, 0 elsewhere; windows that overlap add up."""
        winner, padded_shape, margins = self.recall()
        dX = np.zeros(padded_shape, upstream.dtype)
        for number, cell in enumerate(self.cells(dX, winner.shape[1:3])):
            cell += upstream * (winner == number)
        return without_margins(dX, margins)


class AveragePooling2D(Pooling2D):
    """output = the mean of each window, per channel; X (n, height, width, channels).

    `pool_size` and `strides` are one number or (height, width). With padding "same" the cells around the
    image are not counted: the mean is that of the pixels.

    Raises ValueError as MaxPooling2D does. Source: keras.io/api/layers/pooling_layers/average_pooling2d.

    >>> layer, image = AveragePooling2D(), np.array([[1.0, 3.0, 2.0, 2.0], [0.0, 0.0, 4.0, 0.0]])
    >>> layer.forward(image[None, :, :, None])[0, :, :, 0]
    array([[1., 2.]])
    """

    default_name = "average_pooling2d"

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the sum of each window, divided by its number of pixels."""
        padded, margins = self.padded(X, 0.0)
        pixels, _ = self.padded(np.ones_like(X[:1]), 0.0)  # 1 for a pixel, 0 around the image
        n_pixels = windows_2d(pixels, self.pool_size, self.strides).sum(axis=(-2, -1))
        self.cache = n_pixels, padded.shape, margins
        return windows_2d(padded, self.pool_size, self.strides).sum(axis=(-2, -1)) / n_pixels

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return dL/dX: every pixel of a window gets an equal share of its upstream."""
        n_pixels, padded_shape, margins = self.recall()
        dX = np.zeros(padded_shape, upstream.dtype)
        for cell in self.cells(dX, upstream.shape[1:3]):
            cell += upstream / n_pixels
        return without_margins(dX, margins)


class GlobalAveragePooling2D(Layer):
    """output = the mean of each channel over the whole image: (n, height, width, channels) to (n, channels).

    Raises ValueError for X of another rank. Source:
    keras.io/api/layers/pooling_layers/global_average_pooling2d.

    >>> GlobalAveragePooling2D().forward(np.array([[[[1.0], [2.0]], [[3.0], [6.0]]]]))
    array([[3.]])
    """

    default_name = "global_average_pooling2d"

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Return the number of channels, the columns of the output."""
        return check_shape(self, n_inputs, 2)[-1]

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the mean over height and width."""
        check_shape(self, X.shape[1:], 2)
        self.cache = X.shape
        return X.mean(axis=(1, 2))

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return dL/dX: every pixel gets an equal share of its channel's upstream."""
        shape = self.recall()
        share = upstream / (shape[1] * shape[2])
        return np.broadcast_to(share[:, None, None, :], shape).copy()


class Flatten(Layer):
    """Writes each row of X, an image for example, as one row of columns, so that a Dense layer can follow.

    Source: keras.io/api/layers/reshaping_layers/flatten.

    >>> layer = Flatten()
    >>> layer.build((2, 2, 3), np.random.default_rng(0), np.dtype("float64"))
    12
    >>> layer.forward(np.zeros((5, 2, 2, 3))).shape
    (5, 12)
    """

    default_name = "flatten"

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Return the number of columns of the output."""
        return math.prod(n_inputs) if isinstance(n_inputs, tuple) else n_inputs

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return X with shape (n, columns)."""
        self.cache = X.shape
        return X.reshape(len(X), -1)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return upstream with the shape of X."""
        return upstream.reshape(self.recall())
