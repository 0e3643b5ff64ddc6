"""Convolutions: a small kernel slides over an image or a sequence, and looks for one pattern everywhere.

Images have shape (n, height, width, channels), sequences (n, steps, channels). A window is the part of the
input under the kernel. The output at one place is the window times the kernel, summed, plus a bias, for each
filter. The kernel is not flipped: this is a cross-correlation, as in Keras.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mktutils.scratch._checks import count
from mktutils.scratch.activations import ActivationFunction, get_activation
from mktutils.scratch.initializers import Initializer, get_initializer
from mktutils.scratch.layers import Layer, Shape
from mktutils.scratch.regularizers import L1, L2

AXES = {1: ("steps",), 2: ("height", "width")}


def convolution_output(size: int, kernel_size: int, strides: int = 1, padding: str = "valid") -> int:
    """Return how many places a kernel takes along one axis of length `size`: the length of the output.

    "valid": the kernel stays inside, ⌊(size − kernel_size) / strides⌋ + 1. "same" and "causal": zeros are
    added around or before the input, ⌈size / strides⌉. Pooling follows the same rule with its pool size.

    Raises ValueError for sizes below 1, an unknown padding, and a kernel that does not fit into the input.
    Source: keras.io/api/layers/convolution_layers/convolution2d.

    >>> convolution_output(28, 3), convolution_output(28, 3, padding="same")
    (26, 28)
    >>> convolution_output(26, 2, strides=2)
    13
    """
    for name, value in (("size", size), ("kernel_size", kernel_size), ("strides", strides)):
        count(name, value)
    check_padding(padding, ("valid", "same", "causal"))
    if padding != "valid":
        return math.ceil(size / strides)
    if kernel_size > size:
        raise ValueError(
            f"a window of size {kernel_size} does not fit into an input of size {size}: use a smaller kernel "
            "or pool, or padding='same'"
        )
    return (size - kernel_size) // strides + 1


class Convolution(Layer):
    """What Conv1D and Conv2D share: settings, parameters and checks; the kernel slides along `rank` axes."""

    rank = 0
    paddings: tuple[str, ...] = ("valid", "same")

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        *,
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        activation: str | ActivationFunction | None = None,
        kernel_initializer: str | Initializer = "glorot_uniform",
        bias_initializer: str | Initializer = "zeros",
        kernel_regularizer: L1 | L2 | None = None,
        use_bias: bool = True,
        name: str | None = None,
    ) -> None:
        """Keep the settings; the parameters are created by `build`."""
        super().__init__(name=name)
        count("filters", filters)
        self.filters = filters
        self.kernel_size = per_axis("kernel_size", kernel_size, self.rank)
        self.strides = per_axis("strides", strides, self.rank)
        self.padding = check_padding(padding, self.paddings)
        self.activation = get_activation(activation)
        self.kernel_initializer = get_initializer(kernel_initializer)
        self.bias_initializer = get_initializer(bias_initializer)
        self.kernel_regularizer = kernel_regularizer
        self.use_bias = use_bias

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Draw kernel and bias for rows of shape (…, channels); return (…, filters)."""
        *sizes, channels = check_shape(self, n_inputs, self.rank)
        output_sizes = output_shape(self, sizes, self.kernel_size)
        shapes = {"kernel": (*self.kernel_size, channels, self.filters), "bias": (self.filters,)}
        draws = {"kernel": self.kernel_initializer, "bias": self.bias_initializer}
        for key in ("kernel", "bias") if self.use_bias else ("kernel",):
            self.params[key] = self.drawn(key, draws[key], shapes[key], rng, dtype)
        return (*output_sizes, self.filters)

    def penalty(self) -> float:
        """Return the penalty of the kernel; the bias has none."""
        return self.kernel_regularizer.penalty(self.params["kernel"]) if self.kernel_regularizer else 0.0

    def check_input(self, X: np.ndarray, expected: np.ndarray) -> None:
        """Raise ValueError unless X has the rank, the channels and the dtype of the kernel, and holds it."""
        *sizes, channels = check_shape(self, X.shape[1:], self.rank)
        if channels != expected.shape[-2]:
            raise ValueError(f"{self.label} expects {expected.shape[-2]} channels; got {channels}")
        if X.dtype != expected.dtype:
            raise ValueError(
                f"{self.label} computes in {expected.dtype}; got {X.dtype}: X.astype('{expected.dtype}')"
            )
        output_shape(self, sizes, self.kernel_size)

    def finish(self, windows: np.ndarray, z: np.ndarray, padded_shape: tuple, margins: list) -> np.ndarray:
        """Add the bias, keep what `backward` needs, and return activation(z)."""
        if self.use_bias:
            z += self.params["bias"]
        self.cache = windows, z, padded_shape, margins
        return self.activation(z)

    def keep_gradients(self, kernel_gradient: np.ndarray, dz: np.ndarray) -> None:
        """Fill `grads`: the kernel's with that of its penalty, and the bias', summed over rows and places."""
        self.grads = {"kernel": kernel_gradient}
        if self.kernel_regularizer is not None:
            self.grads["kernel"] += self.kernel_regularizer.gradient(self.params["kernel"])
        if self.use_bias:
            self.grads["bias"] = dz.sum(axis=tuple(range(dz.ndim - 1)))


class Conv2D(Convolution):
    """output = activation(Σ window · kernel + bias) at every place of the window in the image.

    X (n, height, width, channels), kernel (kernel height, kernel width, channels, filters), bias (filters,),
    output (n, output height, output width, filters), see `convolution_output`. `kernel_size` and `strides`
    are one number or (height, width); `padding` is "valid" or "same" (zeros around, the smaller half first).

    Raises ValueError for sizes below 1, unknown names, X of another rank, with other channels, or smaller
    than the kernel. Source: keras.io/api/layers/convolution_layers/convolution2d.

    >>> layer = Conv2D(1, 2, kernel_initializer="ones")
    >>> layer.build((2, 3, 1), np.random.default_rng(0), np.dtype("float64"))
    (1, 2, 1)
    >>> image = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> layer.forward(image[None, :, :, None])[0, :, :, 0]  # 1 + 2 + 4 + 5, and 2 + 3 + 5 + 6
    array([[12., 16.]])
    >>> layer.backward(np.ones((1, 1, 2, 1)))[0, :, :, 0]  # the middle column is part of both windows
    array([[1., 2., 1.],
           [1., 2., 1.]])
    """

    default_name = "conv2d"
    rank = 2

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return activation(z), where z is window times kernel, summed, plus the bias."""
        kernel = self.parameter("kernel")
        self.check_input(X, kernel)
        margins = margins_2d(X, self.kernel_size, self.strides, self.padding)
        padded = np.pad(X, margins)
        # (n, output height, output width, kernel height, kernel width, channels)
        windows = windows_2d(padded, self.kernel_size, self.strides).transpose(0, 1, 2, 4, 5, 3)
        z = np.tensordot(windows, kernel, axes=3)  # the last three axes of windows, the first three of kernel
        return self.finish(windows, z, padded.shape, margins)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Fill the gradients of kernel and bias, and return dL/dX.

        Kernel: each window times the dz of its place, summed over rows and places. Image: each pixel gets
        back dz · kernel from every window that it was part of, one kernel cell after the other.
        """
        windows, z, padded_shape, margins = self.recall()
        dz = self.activation.backward(z, upstream)
        self.keep_gradients(np.tensordot(windows, dz, axes=([0, 1, 2], [0, 1, 2])), dz)
        kernel, (down, right) = self.params["kernel"], self.strides
        n_rows, n_columns = dz.shape[1:3]
        dX = np.zeros(padded_shape, dz.dtype)
        for i in range(kernel.shape[0]):
            for j in range(kernel.shape[1]):
                under_cell = dX[:, i : i + down * n_rows : down, j : j + right * n_columns : right]
                under_cell += np.tensordot(dz, kernel[i, j], axes=(3, 1))  # sum over the filters
        return without_margins(dX, margins)


class Conv1D(Convolution):
    """output = activation(Σ window · kernel + bias) at every place of the window in the sequence.

    X (n, steps, channels), kernel (kernel size, channels, filters), bias (filters,), output (n, output steps,
    filters). `padding` is "valid", "same", or "causal": zeros are added before the first step only, so that
    no output depends on a later step.

    Raises ValueError as Conv2D does. Source: keras.io/api/layers/convolution_layers/convolution1d.

    >>> layer = Conv1D(1, 2, padding="causal", kernel_initializer="ones")
    >>> layer.build((3, 1), np.random.default_rng(0), np.dtype("float64"))
    (3, 1)
    >>> layer.forward(np.array([[[1.0], [2.0], [5.0]]]))[0, :, 0]  # 0 + 1, 1 + 2, 2 + 5
    array([1., 3., 7.])
    """

    default_name = "conv1d"
    rank = 1
    paddings = ("valid", "same", "causal")

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return activation(z), where z is window times kernel, summed, plus the bias."""
        kernel, (stride,) = self.parameter("kernel"), self.strides
        self.check_input(X, kernel)
        margins = [(0, 0), margin(X.shape[1], len(kernel), stride, self.padding), (0, 0)]
        padded = np.pad(X, margins)
        windows = sliding_window_view(padded, len(kernel), axis=1)[:, ::stride]
        windows = windows.transpose(0, 1, 3, 2)  # (n, output steps, kernel size, channels)
        z = np.tensordot(windows, kernel, axes=2)  # the last two axes of windows, the first two of kernel
        return self.finish(windows, z, padded.shape, margins)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Fill the gradients of kernel and bias, and return dL/dX, as Conv2D does."""
        windows, z, padded_shape, margins = self.recall()
        dz = self.activation.backward(z, upstream)
        self.keep_gradients(np.tensordot(windows, dz, axes=([0, 1], [0, 1])), dz)
        kernel, (stride,) = self.params["kernel"], self.strides
        dX = np.zeros(padded_shape, dz.dtype)
        for i in range(len(kernel)):
            dX[:, i : i + stride * dz.shape[1] : stride] += np.tensordot(dz, kernel[i], axes=(2, 1))
        return without_margins(dX, margins)


def windows_2d(padded: np.ndarray, size: tuple[int, int], strides: tuple[int, int]) -> np.ndarray:
    """Return a view of every window, (n, output height, output width, channels, height, width); no copy."""
    return sliding_window_view(padded, size, axis=(1, 2))[:, :: strides[0], :: strides[1]]


def margin(size: int, kernel_size: int, stride: int, padding: str) -> tuple[int, int]:
    """Return how many cells are added before and after one axis; of an odd number the smaller half first.

    >>> margin(28, 3, 1, "same"), margin(28, 2, 1, "same"), margin(28, 3, 1, "causal")
    ((1, 1), (0, 1), (2, 0))
    """
    if padding == "valid":
        return 0, 0
    if padding == "causal":
        return kernel_size - 1, 0
    total = max((math.ceil(size / stride) - 1) * stride + kernel_size - size, 0)
    return total // 2, total - total // 2


def margins_2d(
    X: np.ndarray, kernel_size: tuple[int, int], strides: tuple[int, int], padding: str
) -> list[tuple[int, int]]:
    """Return the margins of all four axes of a batch of images, as np.pad takes them."""
    inner = [margin(*axis, padding) for axis in zip(X.shape[1:3], kernel_size, strides, strict=True)]
    return [(0, 0), *inner, (0, 0)]


def without_margins(padded: np.ndarray, margins: list[tuple[int, int]]) -> np.ndarray:
    """Return `padded` without what np.pad added.

    >>> without_margins(np.arange(5), [(1, 2)])
    array([1, 2])
    """
    sizes = zip(margins, padded.shape, strict=True)
    return padded[tuple(slice(before, size - after) for (before, after), size in sizes)]


def per_axis(name: str, value: int | Sequence[int], rank: int) -> tuple[int, ...]:
    """Return one whole number per axis; a single number counts for each of them."""
    values = tuple(value) if isinstance(value, Sequence) else (value,) * rank
    if len(values) != rank:
        raise ValueError(f"{name} must be one number, or {rank}: {' and '.join(AXES[rank])}; got {value!r}")
    for number in values:
        count(name, number)
    return values


def check_padding(padding: str, allowed: tuple[str, ...]) -> str:
    """Return `padding`; raise ValueError for a name that is not in `allowed`."""
    if padding not in allowed:
        raise ValueError(f"unknown padding {padding!r}; choose one of {', '.join(allowed)}")
    return padding


def check_shape(layer: Layer, shape: Shape, rank: int) -> tuple[int, ...]:
    """Return the shape of one row; raise ValueError unless it is an image, or a sequence, with channels."""
    axes = (*AXES[rank], "channels")
    if isinstance(shape, tuple) and len(shape) == len(axes):
        return shape
    sizes = shape if isinstance(shape, tuple) else (shape,)
    remedy = ": add the channels with X[..., None]" if len(sizes) == rank else ""
    if len(sizes) == 1 and rank == 2:
        remedy = ": X.reshape(n, height, width, channels) makes images of table rows"
    got = ", ".join(str(size) for size in ("n", *sizes))
    raise ValueError(f"{layer.label} expects X of shape (n, {', '.join(axes)}); got ({got}){remedy}")


def output_shape(layer: Layer, sizes: Sequence[int], window: tuple[int, ...]) -> tuple[int, ...]:
    """Return the length of each axis of the output; raise ValueError when the window does not fit."""
    try:
        axes = zip(sizes, window, layer.strides, strict=True)
        return tuple(convolution_output(size, cells, step, layer.padding) for size, cells, step in axes)
    except ValueError as error:
        raise ValueError(f"{layer.label} on an input of {tuple(sizes)}: {error}") from None
