"""Layers for tables that Keras lacks. Importing this module imports Keras."""

import keras
import numpy as np


@keras.saving.register_keras_serializable(package="mktutils")
class Periodic(keras.layers.Layer):
    """Periodic embedding of numbers: sine and cosine of 2π·c_jk·x_j with trainable frequencies c.

    Input (n_rows, d), output (n_rows, d, 2 * frequencies): first the sines, then the cosines. Each of the d
    columns has own frequencies, drawn from a normal distribution with mean 0 and standard deviation `sigma`
    (`seed`: the same draw again). Standardise the numbers first, replace missing ones, and tune `sigma`:
    small values give smooth functions, large ones functions that change fast.

    Raises ValueError for `frequencies` < 1, `sigma` <= 0, inputs that do not have shape (n_rows, d).
    Source: Gorishniy, Rubachev and Babenko (2022), arXiv 2203.05556.

    >>> Periodic(frequencies=3)(np.zeros((2, 4))).shape
    TensorShape([2, 4, 6])
    """

    def __init__(self, frequencies: int = 16, sigma: float = 0.1, *, seed: int | None = None, **kwargs):
        """Keep and check the settings; see the class."""
        super().__init__(**kwargs)
        if isinstance(frequencies, bool) or not isinstance(frequencies, int) or frequencies < 1:
            raise ValueError(f"frequencies must be a whole number >= 1; got {frequencies!r}")
        if not 0 < sigma < float("inf"):
            raise ValueError(f"sigma must be a number > 0; got {sigma!r}")
        self.frequencies, self.sigma, self.seed = frequencies, sigma, seed

    def build(self, input_shape: tuple) -> None:
        """Make the frequencies, one row per column."""
        if len(input_shape) != 2:
            raise ValueError(f"Periodic takes inputs of shape (n_rows, d); got {tuple(input_shape)}")
        self.c = self.add_weight(
            shape=(input_shape[-1], self.frequencies),
            initializer=keras.initializers.RandomNormal(stddev=self.sigma, seed=self.seed),
            name="c",
        )

    def call(self, inputs):
        """Return sines and cosines."""
        angle = 2 * np.pi * self.c * keras.ops.expand_dims(inputs, -1)
        return keras.ops.concatenate([keras.ops.sin(angle), keras.ops.cos(angle)], axis=-1)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return (n_rows, d, 2 * frequencies)."""
        return (*input_shape, 2 * self.frequencies)

    def get_config(self) -> dict:
        """Return the settings, for saving."""
        settings = {"frequencies": self.frequencies, "sigma": self.sigma, "seed": self.seed}
        return super().get_config() | settings
