"""A network for the inputs that a `TableEncoder` makes."""

import re
from typing import TYPE_CHECKING

from mktutils.models.encoder import TableEncoder

if TYPE_CHECKING:
    import keras


def tabular_mlp(
    encoder: TableEncoder,
    *,
    units: int = 128,
    depth: int = 2,
    embedding: int = 8,
    category_embedding: int = 4,
    dropout: float = 0.3,
    values: bool = True,
    n_outputs: int = 1,
    name: str = "tabular_mlp",
) -> "keras.Model":
    """Return a multilayer perceptron for the inputs of a fitted `TableEncoder`; it is not compiled.

    Inputs, as a dict: "numbers" (n_rows, d, bins + 2) and "codes" (n_rows, c); a kind of which the encoder
    has no column is left out. Each number column gets an own dense layer of `embedding` units on its slots,
    each category column an embedding of at most `category_embedding` units. These and the scaled numbers (the
    last slot; not with `values=False`: then a number beyond the training range counts as the outermost edge)
    are joined and pass `depth` dense layers of `units` ReLU units, each followed by dropout with probability
    `dropout`. The output has shape (n_rows, n_outputs): a probability (sigmoid) for 1, else probabilities
    that add up to 1 (softmax).

    Raises ValueError for an encoder that is not fitted and for sizes below 1 (`depth`: below 0).
    Source of the embeddings of numbers: Gorishniy, Rubachev and Babenko (2022), arXiv 2203.05556.

    >>> import pandas as pd
    >>> from mktutils.models import Category, Number
    >>> rows = pd.DataFrame({"age": [20, 30, 60], "city": ["Rome", "Oslo", "Rome"]})
    >>> encoder = TableEncoder({"age": Number(), "city": Category()}, bins=4, min_count=1).fit(rows)
    >>> model = tabular_mlp(encoder, units=16)
    >>> model(encoder.transform(rows)).shape
    TensorShape([3, 1])
    """
    from keras import Input, Model, layers

    n_codes = encoder.n_codes  # raises if the encoder is not fitted
    sizes = {"units": units, "embedding": embedding, "category_embedding": category_embedding}
    for setting, value, least in [(k, v, 1) for k, v in sizes.items()] + [
        ("n_outputs", n_outputs, 1),
        ("depth", depth, 0),
    ]:
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ValueError(f"{setting} must be a whole number >= {least}; got {value!r}")

    inputs, parts, used = {}, [], set()
    if encoder.number_names:
        d = len(encoder.number_names)
        numbers = inputs["numbers"] = Input((d, encoder.bins + 2), name="numbers")
        slots = numbers if values else numbers[:, :, :-1]
        embedded = layers.EinsumDense(  # n rows, d columns, k slots, e units
            "ndk,dke->nde", (d, embedding), bias_axes="de", activation="relu", name="number_embedding"
        )(slots)
        parts.append(layers.Flatten(name="embedded_numbers")(embedded))
        if values:
            parts.append(numbers[:, :, -1])
    if encoder.category_names:
        codes = inputs["codes"] = Input((len(n_codes),), dtype="int32", name="codes")
        for j, column in enumerate(encoder.category_names):
            size = min(category_embedding, max(n_codes[j] - 1, 1))
            plain = re.sub("[^A-Za-z0-9_.]", "_", column)  # what a layer's name may hold
            plain = plain if plain not in used else f"{plain}_{j}"
            used.add(plain)
            layer = layers.Embedding(n_codes[j], size, name=f"embed_{plain}")
            parts.append(layer(codes[:, j]))

    x = layers.Concatenate(name="joined")(parts) if len(parts) > 1 else parts[0]
    for k in range(1, depth + 1):
        x = layers.Dense(units, activation="relu", name=f"hidden_{k}")(x)
        if dropout:
            x = layers.Dropout(dropout, name=f"dropout_{k}")(x)
    activation = "sigmoid" if n_outputs == 1 else "softmax"
    return Model(inputs, layers.Dense(n_outputs, activation=activation, name="output")(x), name=name)
