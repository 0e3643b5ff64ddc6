"""The package behind the course "Deep learning for marketing".

Importing it takes a few milliseconds: each module imports heavy libraries where it uses them.
"""

import os

__version__ = "0.1.0"

# Set before TensorFlow is first imported: its C++ log lines are no result of a lesson.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
