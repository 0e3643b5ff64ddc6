"""Checker of exercise 05.6: a network for photos, compiled; its parts are looked at from outside."""

import random
from unittest import mock

import numpy as np

from mktutils.lesson import Wrong, call, need_function

LIMIT = 20.0  # pixels in 0–255 are far above it, standardised ones far below


def check_build(answer) -> None:
    """Raise Wrong for a network without convolution, unscaled pixels, and a loss that does not fit the output.

    The random state of the notebook stays as it is.
    """
    need_function(answer)
    if hasattr(answer, "compute_loss"):  # a model can be called, too
        raise Wrong(
            "The check needs the function itself, and got a model: `check(build)`, not `check(build())`."
        )
    state = random.getstate()  # where Keras takes its seeds from
    try:
        _inspect(call(answer))
    finally:
        random.setstate(state)


def _inspect(model) -> None:
    import keras

    if model is None:
        raise Wrong("The function returned None: end it with `return model`.")
    if not isinstance(model, keras.Model):
        raise Wrong(
            f"`build` must return a Keras model; it returned a value of type `{type(model).__name__}`."
        )
    shape = getattr(model, "input_shape", None)
    if isinstance(shape, tuple) and shape[1:] == (784,):
        raise Wrong(
            "The network expects 784 numbers in a row. There the pixel above another one stands 28 places before it, and no layer knows that they are neighbours. "
            "A photo has the shape (28, 28, 1): `keras.Input((28, 28, 1))`."
        )
    if isinstance(shape, tuple) and shape[1:] != (28, 28, 1):
        raise Wrong(f"The input has the shape {shape[1:]}; a photo of the shop has the shape (28, 28, 1).")
    rng = np.random.default_rng(56)
    photos = rng.integers(0, 256, (12, 28, 28, 1)).astype("float32")
    photos[0, 0, 0, 0] = 255.0
    output, seen = _watch(keras, model, photos)
    _check_layers(keras, seen)
    if output.shape != (12, 10):
        flat = " Before the dense layers a photo must become one row of numbers: `Flatten` or `GlobalAveragePooling2D`." if output.ndim > 2 else ""  # fmt: skip
        raise Wrong(
            f"For 12 photos the network returns the shape {output.shape}; it must be (12, 10), one number for each category.{flat}"
        )
    if getattr(model, "loss", None) is None:
        raise Wrong("The network is not compiled: `model.compile(optimizer=..., loss=...)` is missing.")
    _check_loss(keras, model.loss, output)


def _watch(keras, model, photos):
    """Call the model once; return its output and, in order, the layers with what goes into them."""
    seen, original = [], keras.layers.Layer.__call__

    def spy(layer, *args, **kwargs):
        value = args[0] if args else next(iter(kwargs.values()), None)
        if hasattr(value, "shape") and not isinstance(value, keras.KerasTensor):
            seen.append((layer, float(np.abs(np.asarray(value)).max(initial=0.0))))
        return original(layer, *args, **kwargs)

    with mock.patch.object(keras.layers.Layer, "__call__", spy):
        output = np.asarray(model(photos, training=True))
    return output, seen


def _check_layers(keras, seen) -> None:
    convolutions = [layer for layer, _ in seen if type(layer).__name__.endswith("Conv2D")]
    weighted = [
        (layer, largest)
        for layer, largest in seen
        if isinstance(layer, keras.layers.Dense) or type(layer).__name__.endswith("Conv2D")
    ]
    if not convolutions:
        raise Wrong(
            "There is no `Conv2D` in it: with dense layers alone it is no convolutional network, whatever the text calls it. Put one or more of them before the dense layers."
        )
    first, largest = weighted[0]
    name = type(first).__name__
    if largest > LIMIT:
        why = ""
        if any(isinstance(layer, keras.layers.Normalization) for layer, _ in seen):
            why = " A `Normalization` layer does nothing until it has seen data (`adapt`) or is given mean and variance."
        raise Wrong(
            f"The first layer with weights, a {name}, gets numbers up to {largest:.0f}. Such inputs make the first outputs and gradients large. The photos come with values from 0 to 255 here, so the "
            f"network must scale them itself: `keras.layers.Rescaling(1 / 255)` as its first layer.{why}"
        )
    if largest < 0.05:
        raise Wrong(
            f"The first layer with weights, a {name}, gets numbers up to {largest:.4f} only: the pixels were scaled twice. Divide by 255 once."
        )


def _check_loss(keras, loss, output: np.ndarray) -> None:
    name = loss if isinstance(loss, str) else getattr(loss, "name", None) or getattr(loss, "__name__", "loss")
    label, p = np.array([3, 0]), np.full((2, 10), 0.05, dtype="float32")
    p[0, 3] = p[1, 7] = 0.55
    try:
        measured = float(np.mean(np.asarray(keras.losses.get(loss)(label, p))))
    except Exception as error:  # shapes that do not fit, in the words of the backend
        measured = np.nan
        if "categorical" in str(name):
            raise Wrong(
                f"The loss `{name}` does not work with labels such as 0, 3, 9: {type(error).__name__}. With whole numbers as labels it is the *sparse* one."
            ) from None
    expects_p = float(-np.log(p[[0, 1], label]).mean())
    expects_logits = float((np.log(np.exp(p).sum(axis=1)) - p[[0, 1], label]).mean())
    is_p = bool((output >= 0).all() and np.allclose(output.sum(axis=1), 1, atol=1e-3))
    if not any(np.isclose(measured, value, rtol=1e-3) for value in (expects_p, expects_logits)):
        raise Wrong(
            f"The loss `{name}` is not the cross-entropy of ten categories. With labels 0 to 9 it is `sparse_categorical_crossentropy`."
        )
    if np.isclose(measured, expects_p, rtol=1e-3) and not is_p:
        if (output >= 0).all() and (output <= 1).all():
            raise Wrong(
                "The ten outputs lie between 0 and 1, and do not add up to 1, as with `sigmoid`. A product has one category: take `softmax`."
            )
        raise Wrong(
            "The last layer returns logits, numbers of any size and sign, and the loss takes them for probabilities. Give the last layer `softmax`, or tell the loss: "
            "`keras.losses.SparseCategoricalCrossentropy(from_logits=True)`. One of both, not both."
        )
    if np.isclose(measured, expects_logits, rtol=1e-3):
        if is_p:
            raise Wrong(
                "Softmax is applied twice: in the last layer, and again in the loss, which expects logits. Leave one of both out."
            )
        if (output >= 0).all():
            raise Wrong(
                "The loss expects logits, and all outputs are 0 or above. An activation in the last layer takes their sign away: leave it out."
            )
