"""Checkers of lesson 05 for calculations by hand: convolution and pooling."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from mktutils.lesson import Wrong, call, need_function


def windows(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """All windows of an image, shape (rows, columns, *shape)."""
    return sliding_window_view(image, shape)


def slide(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """The kernel at each place where it fits into the image: multiply and add."""
    return np.einsum("ijab,ab->ij", windows(image, kernel.shape), kernel)


def matrix(got, name: str) -> np.ndarray:
    """The learner's result as a table of finite numbers."""
    if got is None:
        raise Wrong(f"`{name}` returned None: end it with `return ...`.")
    try:
        got = np.asarray(got, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"`{name}` must return a table of numbers, an array with two dimensions.") from None
    if got.ndim != 2:
        extra = " Leave out the dimensions of size 1." if got.squeeze().ndim == 2 else ""
        raise Wrong(
            f"The result of `{name}` has the shape {got.shape}; it must have two dimensions, rows and columns.{extra}"
        )
    return got


def first_difference(got: np.ndarray, right: np.ndarray) -> str:
    """A sentence that names the first place where two tables of the same shape differ."""
    i, j = (int(k) for k in np.argwhere(~np.isclose(got, right, atol=1e-8))[0])
    return f"In row {i}, column {j} of the result stands {got[i, j]:.4g}; it must be {right[i, j]:.4g}. "


def _explain(got: np.ndarray, right: np.ndarray, wrongs, shown: str, otherwise: str) -> None:
    """Raise Wrong with the first sentence whose table is the learner's; nothing if the result is right."""
    if got.shape == right.shape and np.allclose(got, right, atol=1e-8):
        return
    for wrong, why in wrongs:
        wrong = np.asarray(wrong)
        if got.shape == wrong.shape and np.allclose(got, wrong, atol=1e-8):
            raise Wrong(why)
    if got.shape != right.shape:
        raise Wrong(f"{shown} gives a result of shape {got.shape}; it must be {right.shape}. {otherwise}")
    raise Wrong(f"{shown}: {first_difference(got, right)}{otherwise}")


# 05.1 -----------------------------------------------------------------------------------------------------


def _images():
    """(image, kernel) with sides that differ, and a kernel without symmetry."""
    rng = np.random.default_rng(51)
    image = np.array([[1.0, 2, 0, 3, 1], [0, 1, 4, 1, 2], [2, 0, 1, 5, 0], [3, 1, 0, 2, 4]])
    yield image, np.array([[1.0, 2, 0], [0, -1, 3], [-2, 1, 1]])
    yield rng.normal(size=(7, 6)), rng.normal(size=(2, 3))
    yield rng.normal(size=(6, 9)), rng.normal(size=(5, 1))
    yield rng.normal(size=(4, 5)), rng.normal(size=(4, 5))  # one place only
    yield rng.normal(size=(3, 4)), np.array([[-2.0]])


def _padded(image, kernel) -> np.ndarray:
    (a, b) = kernel.shape
    sides = [((a - 1) // 2, a // 2), ((b - 1) // 2, b // 2)]
    return slide(np.pad(image, sides), kernel)


def _wrong_maps(image, kernel):
    right = slide(image, kernel)
    a, b = kernel.shape
    sentence = "The kernel was turned by 180 degrees. That is the convolution of mathematics and of `scipy.signal.convolve2d`; the layers of deep learning do not turn it: use `kernel` as it is."
    turned = [
        (kernel[::-1, ::-1], sentence),
        (
            kernel[::-1],
            "The kernel was turned upside down. Its row 0 belongs to the upper row of the window.",
        ),
        (kernel[:, ::-1], "The kernel was mirrored. Its column 0 belongs to the left column of the window."),
        (kernel.T, "The kernel was transposed: its rows lie on the columns of the window. Put row on row."),
    ]
    for other, why in turned:
        if all(k <= n for k, n in zip(other.shape, image.shape, strict=True)):
            yield slide(image, other), why
    yield (
        right[:-1, :-1],
        "The last row and the last column of the result are missing: a kernel with `a` rows fits at `h - a + 1` places, not at `h - a`.",
    )
    same = 'The result has the size of the image: zeros were put around it, as with `padding="same"`. Here the kernel must lie inside the image ("valid").'
    yield _padded(image, kernel), same
    yield _padded(image, kernel[::-1, ::-1]), f"{same} The kernel was also turned by 180 degrees."
    corner = np.zeros(image.shape)
    corner[: right.shape[0], : right.shape[1]] = right
    yield (
        corner,
        "The result has the size of the image, and zeros stand in its last rows and columns. Make it as large as the number of places at which the kernel fits.",
    )
    full = np.pad(image, [(a - 1, a - 1), (b - 1, b - 1)])
    yield (
        slide(full, kernel[::-1, ::-1]),
        f'This is the "full" convolution: the kernel hangs over the edge. {sentence}',
    )
    yield (
        slide(full, kernel),
        'This is the "full" result: the kernel hangs over the edge. Here it must lie inside the image ("valid").',
    )
    yield (
        right[::a, ::b],
        "The windows lie side by side. They must overlap: from one place to the next the kernel moves by one pixel.",
    )
    yield right[::2, ::2], "The kernel moved by two pixels at a time. Here it moves by one."
    yield right.T, "The result is transposed: the row of the result is the row of the window."
    means = right / kernel.size
    yield means, "These are means. Multiply the window by the kernel, and add: `.sum()`, not `.mean()`."
    yield (
        windows(image, kernel.shape).sum(axis=(2, 3)),
        "This is the sum of each window; the kernel was not used. Multiply first.",
    )
    yield (
        np.maximum(right, 0),
        "Negative numbers became 0: an activation belongs behind the convolution, not into it.",
    )
    yield (
        np.trunc(right),
        "The decimals are lost: the array for the result holds whole numbers. Make it with `np.zeros(...)`, which holds decimals.",
    )
    yield (
        np.abs(right),
        "The signs are lost. The result may be negative: it says that the window is the reverse of the pattern.",
    )
    if a == b:
        product = np.einsum("ijab,bc->ijac", windows(image, kernel.shape), kernel).sum(axis=(2, 3))
        yield (
            product,
            "`@` is the product of matrices. Here each pixel is multiplied by the number at the same place: `window * kernel`.",
        )


def check_convolve(answer) -> None:
    """Raise Wrong that names what was done with the kernel or with the places."""
    need_function(answer)
    for image, kernel in _images():
        shown = f"An image of shape {image.shape} with a kernel of shape {kernel.shape}"
        try:
            got = call(answer, image, kernel)
        except (ValueError, IndexError) as error:
            if kernel.shape[0] == kernel.shape[1] and kernel.size > 1:
                raise
            raise Wrong(
                f"{shown} ends in {type(error).__name__}: {error}. Rows and columns have sizes of their own, in the image and in the kernel: `a, b = kernel.shape`."
            ) from None
        otherwise = "At each place: cut out the window, multiply it by the kernel number by number, and add."
        _explain(matrix(got, "convolve"), slide(image, kernel), _wrong_maps(image, kernel), shown, otherwise)


# 05.4 -----------------------------------------------------------------------------------------------------


def _pooled(image, size: int, function=np.max) -> np.ndarray:
    """Windows side by side that fit completely."""
    rows, columns = (n // size for n in image.shape)
    cut = image[: rows * size, : columns * size]
    return function(cut.reshape(rows, size, columns, size), axis=(1, 3))


def _wrong_pools(image, size: int):
    padding = [(0, -n % size) for n in image.shape]
    yield (
        _pooled(image, size, np.mean),
        "These are means: average pooling. Max pooling keeps the largest number of each window.",
    )
    yield _pooled(image, size, np.min), "These are the smallest numbers of the windows. Take the largest."
    yield _pooled(image, size, np.sum), "These are sums. Take the largest number of each window."
    yield (
        _pooled(np.maximum(image, 0), size),
        "A window with negative numbers alone gave 0: the search for the largest began at 0. Begin with a number of the window: `window.max()`.",
    )
    yield (
        _pooled(np.abs(image), size),
        "The largest *absolute* value was taken. The largest of −3 and 1 is 1.",
    )
    for fill, how in ((-np.inf, ""), (0.0, " with zeros")):
        yield (
            _pooled(np.pad(image, padding, constant_values=fill), size),
            f'The windows at the right and the lower edge that do not fit were kept{how}, as with `padding="same"`. Leave them out ("valid"): `h // size` rows and `w // size` columns.',
        )
    yield (
        windows(image, (size, size)).max(axis=(2, 3)),
        "The windows overlap: they moved by one pixel. They must lie side by side, so that they move by `size`.",
    )
    yield (
        image[::size, ::size],
        "This is the first number of each window. Take the largest of the whole window.",
    )
    rows, columns = (n // size * size for n in image.shape)
    yield (
        image[:rows:size, :columns:size],
        "This is the first number of each window. Take the largest of the whole window.",
    )
    yield (
        _pooled(image[image.shape[0] - rows :, image.shape[1] - columns :], size),
        "The rows and columns that do not fill a window were cut off at the *beginning*. Start at row 0 and column 0, and leave out the last ones.",
    )
    yield _pooled(image, size).T, "The result is transposed: the row of the result is the row of the window."
    yield (
        _pooled(image, size)[:-1, :-1],
        "The last windows that fit are missing: there are `h // size` rows and `w // size` columns.",
    )


def check_max_pool(answer) -> None:
    """Raise Wrong that names what was taken from the windows, or which windows were taken."""
    need_function(answer)
    rng = np.random.default_rng(54)
    first = np.array([[1.0, 5, 2, 0], [3, 4, 1, 7], [-6, -1, 0, 2], [-2, -9, 3, 1]])
    odd = [(rng.normal(size=shape).round(2), size) for shape, size in [((7, 5), 2), ((5, 8), 3), ((6, 4), 1), ((3, 3), 3), ((9, 5), 4)]]  # fmt: skip
    for image, size in [(first, 2), *odd, (-np.abs(odd[0][0]) - 1, 2)]:
        shown = f"`max_pool` of an image of shape {image.shape} with size {size}"
        try:
            got = call(answer, image, size)
        except (ValueError, IndexError) as error:
            if image.shape == (4, 4):
                raise
            raise Wrong(
                f"{shown} ends in {type(error).__name__}: {error}. {image.shape[0]} rows and {image.shape[1]} columns are not a whole number of windows each, or they differ: "
                "leave out the last rows and columns that do not fill a window."
            ) from None
        otherwise = (
            "The windows lie side by side and start in the upper left corner; each gives its largest number."
        )
        _explain(matrix(got, "max_pool"), _pooled(image, size), _wrong_pools(image, size), shown, otherwise)
