"""Encoder, networks and calibration as one object, saved as one file."""

import hashlib
import io
import json
import math
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import mktutils
from mktutils.models.encoder import TableEncoder

if TYPE_CHECKING:
    import keras

FORMAT = 1  # of the saved file; a later layout counts up
BATCH = 4096  # rows per call of a network: bounds the memory
MANIFEST = "pipeline.json"


class ScoringPipeline:
    """Raw rows in, probabilities out: everything that a score needs, in one object and one file.

    A score is σ(slope·logit(p) + intercept), where p is the mean of the networks' probabilities, cut to
    [1e-7, 1 - 1e-7], and (slope, intercept) is `calibration` (Platt's); (1, 0) leaves p as it is.

    `encoder`: fitted. `networks`: one Keras model or several, whose inputs have the names and shapes that
    `encoder` gives and whose output is a probability of shape (n_rows, 1), as `tabular_mlp` makes them.
    `info`: what else belongs to the model (threshold, base rate, ...), in types that JSON knows.

    Raises ValueError for an encoder that is not fitted, no network, networks that do not fit to the encoder
    or are not binary, a calibration that is not finite or has slope <= 0, and `info` that JSON cannot hold.
    Source of the calibration: Platt (1999), Probabilistic outputs for support vector machines.

    >>> from mktutils.models import Number, tabular_mlp
    >>> rows = pd.DataFrame({"age": [20, 30, 60]})
    >>> encoder = TableEncoder({"age": Number()}, bins=4).fit(rows)
    >>> pipeline = ScoringPipeline(encoder, tabular_mlp(encoder), info={"threshold": 0.2})
    >>> pipeline.columns, pipeline.score(rows).shape
    (['age'], (3,))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = ScoringPipeline.load(pipeline.save(Path(folder) / "model.zip"))
    >>> again.info, bool(np.allclose(again.score(rows), pipeline.score(rows)))
    ({'threshold': 0.2}, True)
    """

    def __init__(
        self,
        encoder: TableEncoder,
        networks: "keras.Model | Sequence[keras.Model]",
        *,
        calibration: tuple[float, float] = (1.0, 0.0),
        info: Mapping | None = None,
    ):
        """Keep and check the parts; see the class."""
        self.encoder = encoder
        self.networks = list(networks) if isinstance(networks, Sequence) else [networks]
        if not self.networks:
            raise ValueError("networks is empty; give at least one Keras model")
        self._callers = [_caller(network, encoder, k) for k, network in enumerate(self.networks)]
        self.calibration = _calibration(calibration)
        try:
            self.info = json.loads(json.dumps(dict(info or {}), allow_nan=False))
        except (TypeError, ValueError) as error:
            raise ValueError(f"info must hold plain numbers, texts and lists of them: {error}") from None

    @property
    def columns(self) -> list[str]:
        """The raw columns that `score` needs."""
        return self.encoder.raw_columns

    def score(self, rows: pd.DataFrame) -> np.ndarray:
        """Return the probability of each row, float64 of shape (n_rows,).

        A row has the same score alone and among others, up to rounding (1e-6). Raises ValueError with the
        name of the column for rows that the encoder cannot read.
        """
        inputs = self.encoder.transform(rows)
        p = np.zeros(len(rows))
        for start in range(0, len(rows), BATCH):
            part = slice(start, start + BATCH)
            for k, network in enumerate(self._callers):
                output = network({tensor.name: inputs[tensor.name][part] for tensor in network.inputs})
                one = np.asarray(output, "float64")[:, 0]
                if not ((one >= 0) & (one <= 1)).all():
                    raise ValueError(
                        f"network {k} gives {one.min():.3g} to {one.max():.3g}, no probabilities: its last "
                        "layer needs activation='sigmoid', and its weights must be finite"
                    )
                p[part] += one / len(self._callers)
        p = np.clip(p, 1e-7, 1 - 1e-7)
        slope, intercept = self.calibration
        return 1 / (1 + np.exp(-(slope * np.log(p / (1 - p)) + intercept)))

    def save(self, path: str | Path) -> Path:
        """Write everything to one file (a zip) and return its path.

        The file is written beside `path` and moved into place when complete, so that an interrupted save
        leaves an older file as it was. It holds JSON and Keras files and no pickle: loading a pickle runs
        whatever code stands in it, so that a file from elsewhere could take over your machine.
        """
        import keras

        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        versions = {"mktutils": mktutils.__version__, "keras": keras.__version__, "numpy": np.__version__}
        manifest = {"format": FORMAT, "versions": versions, "encoder": self.encoder.get_config()}
        manifest |= {"calibration": list(self.calibration), "info": self.info, "sha256": {}}
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with zipfile.ZipFile(part, "w") as file, tempfile.TemporaryDirectory() as folder:
                for k, network in enumerate(self.networks):
                    member = Path(folder, f"network_{k}.keras")
                    network.save(member)
                    manifest["sha256"][member.name] = hashlib.sha256(member.read_bytes()).hexdigest()
                    file.write(member, member.name)
                file.writestr(MANIFEST, json.dumps(manifest, indent=1, allow_nan=False))
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        return path

    @classmethod
    def load(cls, path: str | Path) -> "ScoringPipeline":
        """Read a file that `save` wrote.

        Networks are read in the safe mode of Keras, which refuses code stored in a file. The checksums find
        accidents, not a forger, who could write new ones.

        Raises FileNotFoundError; ValueError for a file that is damaged, no pipeline, or of a newer format.
        """
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(
                f"no file {str(path)!r}. Check the spelling and the folder ({Path.cwd()})."
            )
        manifest, members = _read(path)
        try:
            encoder = TableEncoder.from_config(manifest["encoder"])
            calibration, info, versions = manifest["calibration"], manifest["info"], manifest["versions"]
        except (AttributeError, KeyError, TypeError) as error:
            raise _damaged(path, f"{MANIFEST} is not as save() writes it: {error!r}") from None
        networks = [_network(content, name, path, versions) for name, content in members.items()]
        return cls(encoder, networks, calibration=calibration, info=info)


def _caller(network: "keras.Model", encoder: TableEncoder, k: int) -> "keras.Model":
    """Return a model with the same layers that takes its inputs by name; refuse one that does not fit."""
    import keras

    if not isinstance(network, keras.Model) or not getattr(network, "inputs", None):
        raise ValueError(
            f"network {k} must be a Keras model with known inputs, such as tabular_mlp(encoder); "
            f"got {network!r}"
        )
    numbers = (len(encoder.number_names), encoder.bins + 2)
    given = {"numbers": numbers, "codes": (len(encoder.n_codes),)}  # raises if the encoder is not fitted
    for tensor in network.inputs:
        shape = tuple(tensor.shape[1:])
        if given.get(tensor.name) != shape:
            raise ValueError(
                f"network {k} takes an input {tensor.name!r} of shape {shape}; the encoder gives {given}. "
                "Build the network for this encoder: tabular_mlp(encoder)"
            )
    if network.output_shape != (None, 1):
        raise ValueError(
            f"network {k} must be binary, with output shape (None, 1); got {network.output_shape}"
        )
    return keras.Model({tensor.name: tensor for tensor in network.inputs}, network.outputs[0])


def _calibration(values: tuple[float, float]) -> tuple[float, float]:
    try:
        slope, intercept = (float(value) for value in values)
    except (TypeError, ValueError):
        slope = intercept = math.nan
    if not (0 < slope < math.inf and math.isfinite(intercept)):
        raise ValueError(
            "calibration must be (slope, intercept), finite and with slope > 0, such as (1.0, 0.0); "
            f"got {values!r}"
        )
    return slope, intercept


def _read(path: Path) -> tuple[dict, dict[str, bytes]]:
    """Return the manifest and the members that it lists, each with its checksum checked."""
    data = io.BytesIO(path.read_bytes())
    try:
        with zipfile.ZipFile(data) as file:
            manifest = json.loads(file.read(MANIFEST))
            newer = manifest["format"] > FORMAT
            members = {} if newer else {name: file.read(name) for name in manifest["sha256"]}
    except (zipfile.BadZipFile, AttributeError, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, str(error)) from None
    except (EOFError, NotImplementedError, RuntimeError) as error:  # what zipfile says of a damaged header
        raise _damaged(path, str(error)) from None
    if newer:
        raise ValueError(
            f"{path.name} has format {manifest['format']}, written by a newer mktutils; this one "
            f"({mktutils.__version__}) reads up to {FORMAT}. Update the package."
        )
    for name, content in members.items():
        if hashlib.sha256(content).hexdigest() != manifest["sha256"][name]:
            raise _damaged(path, f"the checksum of {name} differs")
    return manifest, members


def _damaged(path: Path, why: str) -> ValueError:
    return ValueError(f"{path.name} is damaged or no saved pipeline ({why}). Copy or save it again.")


def _network(content: bytes, name: str, path: Path, versions: Mapping) -> "keras.Model":
    import keras

    import mktutils.models.layers  # noqa: F401  makes our layers known to Keras

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "network.keras")
        file.write_bytes(content)
        try:
            return keras.saving.load_model(file, compile=False, safe_mode=True)
        except (OSError, TypeError, ValueError) as error:
            raise ValueError(
                f"Keras {keras.__version__} cannot read {name} of {path.name}, which Keras "
                f"{versions.get('keras')} wrote: {error}"
            ) from error
