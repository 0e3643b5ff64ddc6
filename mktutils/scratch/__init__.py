"""Neural networks in NumPy: every component small enough to read, and equal to its counterpart in Keras.

Names, defaults and definitions are those of Keras 3. Rows are the first axis: X has shape (rows, columns). A
gradient has the shape of what it belongs to. float32 by default, float64 on request.
"""

from mktutils.scratch.activations import (
    GELU,
    ActivationFunction,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    gelu,
    get_activation,
    leaky_relu,
    linear,
    relu,
    sigmoid,
    softmax,
    tanh,
)
from mktutils.scratch.blocks import BatchNormalization, Dropout, Residual
from mktutils.scratch.callbacks import Callback, EarlyStopping, History
from mktutils.scratch.gradient_check import (
    GradientError,
    check_gradients,
    explain_gradient,
    numerical_gradient,
)
from mktutils.scratch.initializers import (
    RandomNormal,
    get_initializer,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    ones,
    zeros,
)
from mktutils.scratch.layers import Activation, Dense, Layer
from mktutils.scratch.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
)
from mktutils.scratch.network import Network
from mktutils.scratch.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from mktutils.scratch.regularizers import L1, L2
from mktutils.scratch.schedules import CosineDecay, ExponentialDecay, PiecewiseConstantDecay

__all__ = [
    "GELU",
    "L1",
    "L2",
    "SGD",
    "Activation",
    "ActivationFunction",
    "Adam",
    "AdamW",
    "BatchNormalization",
    "BinaryCrossentropy",
    "Callback",
    "CategoricalCrossentropy",
    "CosineDecay",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "ExponentialDecay",
    "GradientError",
    "History",
    "Huber",
    "Layer",
    "LeakyReLU",
    "Linear",
    "Loss",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Network",
    "Optimizer",
    "PiecewiseConstantDecay",
    "RMSprop",
    "RandomNormal",
    "ReLU",
    "Residual",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "check_gradients",
    "explain_gradient",
    "gelu",
    "get_activation",
    "get_initializer",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "leaky_relu",
    "lecun_normal",
    "linear",
    "numerical_gradient",
    "ones",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
    "zeros",
]
