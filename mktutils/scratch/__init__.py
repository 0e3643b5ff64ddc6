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
from mktutils.scratch.convolution import Conv1D, Conv2D, convolution_output
from mktutils.scratch.gated import GRU, LSTM
from mktutils.scratch.gradient_check import (
    GradientError,
    check_gradients,
    explain_gradient,
    numerical_gradient,
)
from mktutils.scratch.initializers import (
    RandomNormal,
    RandomUniform,
    get_initializer,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    lecun_normal,
    ones,
    orthogonal,
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
from mktutils.scratch.pooling import AveragePooling2D, Flatten, GlobalAveragePooling2D, MaxPooling2D
from mktutils.scratch.recurrent import Recurrent, SimpleRNN, gradient_by_step
from mktutils.scratch.regularizers import L1, L2
from mktutils.scratch.schedules import CosineDecay, ExponentialDecay, PiecewiseConstantDecay
from mktutils.scratch.sequence import Embedding

__all__ = [
    "GELU",
    "GRU",
    "L1",
    "L2",
    "LSTM",
    "SGD",
    "Activation",
    "ActivationFunction",
    "Adam",
    "AdamW",
    "AveragePooling2D",
    "BatchNormalization",
    "BinaryCrossentropy",
    "Callback",
    "CategoricalCrossentropy",
    "Conv1D",
    "Conv2D",
    "CosineDecay",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "ExponentialDecay",
    "Flatten",
    "GlobalAveragePooling2D",
    "GradientError",
    "History",
    "Huber",
    "Layer",
    "LeakyReLU",
    "Linear",
    "Loss",
    "MaxPooling2D",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Network",
    "Optimizer",
    "PiecewiseConstantDecay",
    "RMSprop",
    "RandomNormal",
    "RandomUniform",
    "ReLU",
    "Recurrent",
    "Residual",
    "Sigmoid",
    "SimpleRNN",
    "Softmax",
    "Tanh",
    "check_gradients",
    "convolution_output",
    "explain_gradient",
    "gelu",
    "get_activation",
    "get_initializer",
    "glorot_normal",
    "glorot_uniform",
    "gradient_by_step",
    "he_normal",
    "he_uniform",
    "leaky_relu",
    "lecun_normal",
    "linear",
    "numerical_gradient",
    "ones",
    "orthogonal",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
    "zeros",
]
