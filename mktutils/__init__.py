"""The package behind the course "Deep learning for marketing".

Importing it takes a few milliseconds: each module imports heavy libraries where it uses them.
"""

import os

__version__ = "0.1.0"

# Set before TensorFlow is first imported, so import this package before keras. The log lines of TensorFlow's
# C++ part are no result of a lesson, and its oneDNN kernels, on by default on some processors only, change
# the last digits and print a line that no log level silences.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

# Set before NumPy is first imported. The matrices of the lessons are small: with several threads OpenBLAS
# spends more time on waiting than on arithmetic, and the last digits depend on their number. (Measured on a
# busy machine with two cores: a training step of lesson 03 takes 0.4 ms with one thread and 3 ms with two.)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Also before it is first used. The threads of scikit-learn's boosted trees wait for each other at every step:
# on two cores a fit of 200 trees takes 0.15 s with two threads and 0.19 s with one, but beside two other busy
# processes 20 s with two and 0.8 s with one. The trees are the same.
os.environ.setdefault("OMP_NUM_THREADS", "1")
