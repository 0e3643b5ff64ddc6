"""Checker of exercise 05.8: the gradient of a kernel by hand."""

import numpy as np

from mktutils.exercises._convolution_05 import matrix, slide, windows
from mktutils.lesson import Wrong, call, need_function


def _wrong_gradients(image, upstream):
    right = slide(image, upstream)
    a, b = right.shape
    rows, columns = upstream.shape
    spread = np.zeros(image.shape)
    spread[:rows, :columns] = upstream
    yield (
        slide(image, upstream[::-1, ::-1]),
        "`upstream` was turned by 180 degrees. The number in row i, column j of `upstream` belongs to the window that begins in row i, column j.",
    )
    if rows == columns:
        yield (
            slide(image, upstream.T),
            "The windows are transposed: the number in row i, column j of `upstream` belongs to the window that begins in row *i*, column *j*.",
        )
    yield (
        right.T,
        "The gradient is transposed. Row and column of the kernel are row and column *inside* the window.",
    )
    last = windows(image, (a, b))[-1, -1] * upstream[-1, -1]
    yield (
        last,
        "Only the last window counts: each one overwrites the one before. The kernel is used at each place, so the parts are added: `+=`.",
    )
    yield (
        windows(image, (a, b))[0, 0] * upstream[0, 0],
        "Only the first window counts: `return` stands inside the loop. The kernel is used at each place, so the parts are added.",
    )
    yield (
        right / upstream.size,
        f"The sum was divided by the number of places. The loss changes by the *sum* over all {upstream.size} places: the same kernel is used at each of them.",
    )
    yield (
        windows(image, (a, b)).sum(axis=(0, 1)),
        "`upstream` is missing: each window must be multiplied by the number in `upstream` that belongs to its place.",
    )
    total = windows(image, (a, b)).sum(axis=(0, 1)) * upstream.sum()
    yield (
        total,
        "The windows and `upstream` were added apart. Each window is multiplied by its *own* number of `upstream`; add after that.",
    )
    yield (
        image * spread,
        "This has the shape of the image. The gradient of the kernel has the shape of the kernel.",
    )


def check_kernel_gradient(answer) -> None:
    """Raise Wrong that names how the windows and the gradient from above were joined."""
    from mktutils.scratch import explain_gradient

    need_function(answer)
    rng = np.random.default_rng(58)
    cases = [
        (
            np.array([[1.0, 2, 0, 3], [0, 1, 4, 1], [2, 0, 1, 5], [3, 1, 0, 2]]),
            np.array([[1.0, -2], [0.5, 3]]),
        )
    ]
    cases += [(rng.normal(size=image), rng.normal(size=above)) for image, above in [((4, 4), (2, 2)), ((7, 6), (5, 4)), ((5, 8), (4, 7)), ((6, 5), (2, 4)), ((5, 5), (3, 3))]]  # fmt: skip
    for image, upstream in cases:
        right = slide(image, upstream)
        shown = f"An image of shape {image.shape} and `upstream` of shape {upstream.shape}"
        try:
            got = call(answer, image, upstream)
        except (ValueError, IndexError) as error:
            if image.shape == (4, 4):
                raise
            raise Wrong(
                f"{shown} ends in {type(error).__name__}: {error}. The kernel need not be 3 × 3: it has `h - rows + 1` rows, if `upstream` has `rows` rows, and its columns follow the same rule."
            ) from None
        got = matrix(got, "kernel_gradient")
        sentence = explain_gradient("kernel", got, right, rtol=1e-6, n_rows=upstream.size)
        if sentence is None:
            continue
        for wrong, why in _wrong_gradients(image, upstream):
            if got.shape == wrong.shape and np.allclose(got, wrong, atol=1e-8):
                raise Wrong(why)
        if got.shape == image.shape != right.shape:
            raise Wrong(
                f"The result has the shape of the image, {image.shape}. The gradient of the kernel has the shape of the kernel, {right.shape}: one number for each of its numbers."
            )
        if got.shape != right.shape:
            raise Wrong(
                f"{shown} gives a result of shape {got.shape}. The kernel that fits at {upstream.shape[0]} × {upstream.shape[1]} places has the shape {right.shape}, and its gradient too."
            )
        raise Wrong(
            f"{shown}: {sentence}. Number [p, q] of the gradient is the sum over all places of `upstream[i, j]` times the pixel that this number of the kernel met there, `image[i + p, j + q]`."
        )
