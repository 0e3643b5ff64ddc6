"""Layers for sequences of codes: a table of vectors, one for each product, word or page."""

import numpy as np

from mktutils.scratch._checks import count
from mktutils.scratch.initializers import Initializer, get_initializer
from mktutils.scratch.layers import Layer, Shape


class Embedding(Layer):
    """output = embeddings[code]: each code, 0 to input_dim − 1, has its own vector, which is trained.

    Codes: (n, steps), whole numbers; output: (n, steps, output_dim). With `mask_zero` the code 0 means "no
    step here", and `compute_mask` says so to the layers behind it.

    Raises ValueError for input_dim or output_dim below 1, for codes that are not whole numbers or lie outside
    of the table, and for codes of another rank. Source: keras.io/api/layers/core_layers/embedding.

    >>> layer = Embedding(3, 2, mask_zero=True)
    >>> layer.build(4, np.random.default_rng(0), np.dtype("float64"))
    (4, 2)
    >>> codes = np.array([[1, 2, 1, 0]])
    >>> layer.forward(codes).shape, layer.compute_mask(codes)
    ((1, 4, 2), array([[ True,  True,  True, False]]))
    >>> no_gradient = layer.backward(np.ones((1, 4, 2)))
    >>> layer.grads["embeddings"]  # code 1 occurs twice: its gradients add
    array([[1., 1.],
           [2., 2.],
           [1., 1.]])
    """

    default_name = "embedding"

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        *,
        embeddings_initializer: str | Initializer = "uniform",
        mask_zero: bool = False,
        name: str | None = None,
    ) -> None:
        """Keep the settings: input_dim codes, vectors of output_dim numbers."""
        super().__init__(name=name)
        count("input_dim", input_dim)
        count("output_dim", output_dim)
        self.input_dim, self.output_dim = input_dim, output_dim
        self.embeddings_initializer = get_initializer(embeddings_initializer)
        self.mask_zero = mask_zero

    def build(self, n_inputs: Shape, rng: np.random.Generator, dtype: np.dtype) -> Shape:
        """Draw the table, shape (input_dim, output_dim), for codes of `n_inputs` steps."""
        if isinstance(n_inputs, tuple):
            raise ValueError(f"{self.label} expects codes of shape (rows, steps); got {n_inputs} per row")
        if self.mask_zero and self.in_use:
            raise ValueError(
                f"{self.label}: a Network hands no mask on, so padding would count as a step. Call the "
                "layers by hand, gru.forward(X, mask=embedding.compute_mask(codes)), or leave mask_zero out"
            )
        shape = (self.input_dim, self.output_dim)
        self.params["embeddings"] = self.drawn("embeddings", self.embeddings_initializer, shape, rng, dtype)
        return n_inputs, self.output_dim

    def forward(self, X: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the vector of every code, shape (n, steps, output_dim)."""
        table = self.parameter("embeddings")
        self.cache = self._codes(X)
        return table[self.cache]

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Add the gradient of every place to the vector of its code; a code itself has none: return zeros."""
        codes = self.recall()
        gradient = np.zeros_like(self.params["embeddings"])
        np.add.at(gradient, codes, upstream)  # gradient[codes] += upstream would count a repeated code once
        self.grads = {"embeddings": gradient}
        return np.zeros(codes.shape, upstream.dtype)

    def compute_mask(self, X: np.ndarray, mask: np.ndarray | None = None) -> np.ndarray | None:
        """Return where a code is not 0, shape (n, steps); None without `mask_zero`."""
        return np.asarray(X) != 0 if self.mask_zero else None

    def _codes(self, X: np.ndarray) -> np.ndarray:
        """Return whole numbers inside of the table; a network hands them over as floating-point numbers."""
        codes = np.asarray(X)
        if codes.ndim != 2 or codes.dtype.kind not in "iuf":
            raise ValueError(
                f"{self.label} expects numbers of shape (rows, steps); got {codes.shape}, {codes.dtype}"
            )
        right = (codes >= 0) & (codes < self.input_dim) & (np.floor(codes) == codes)
        if not right.all():
            row, step = np.argwhere(~right)[0]
            raise ValueError(
                f"{self.label} expects whole numbers from 0 to {self.input_dim - 1}; got "
                f"{codes[row, step]} at row {row}, step {step}: give unknown codes a number of "
                "their own, or raise input_dim"
            )
        return codes.astype(np.intp)
