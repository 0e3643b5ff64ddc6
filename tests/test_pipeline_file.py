"""The file of a ScoringPipeline: one zip without pickle, whole or refused, equal in a fresh process."""

import hashlib
import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import mktutils

# isort: split
import keras
from test_pipeline import ENCODER, NETWORKS, constant, logit, mean_probability, rows, sigmoid

from mktutils.models import Periodic, ScoringPipeline

INFO = {"threshold": 0.25, "trained_until": "2024-07-31", "months": [1, 2], "by": {"é": None, "ok": True}}


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "bank.pipeline"
    ScoringPipeline(ENCODER, NETWORKS, calibration=(0.8, -0.3), info=INFO).save(path)
    return path


# --- the file ----------------------------------------------------------------------------------------------


def test_save_writes_one_file_returns_its_path_and_takes_text(tmp_path):
    path = ScoringPipeline(ENCODER, NETWORKS).save(str(tmp_path / "a.pipeline"))
    assert path == tmp_path / "a.pipeline" and isinstance(path, Path)
    assert [p.name for p in tmp_path.iterdir()] == ["a.pipeline"]


def test_everything_survives_the_file(saved):
    again = ScoringPipeline.load(str(saved))
    assert again.info == INFO and tuple(again.calibration) == (0.8, -0.3)
    assert list(again.columns) == ["age", "spend", "city"] and len(again.networks) == 2
    expected = sigmoid(0.8 * logit(mean_probability(rows())) - 0.3)
    assert again.score(rows()) == pytest.approx(expected, abs=1e-6)
    assert not ScoringPipeline(ENCODER, NETWORKS).info


def test_file_is_a_zip_of_json_and_networks_with_their_checksums(saved):
    with zipfile.ZipFile(saved) as archive:
        assert set(archive.namelist()) == {"pipeline.json", "network_0.keras", "network_1.keras"}
        text = archive.read("pipeline.json").decode()
        for name in ("network_0.keras", "network_1.keras"):
            assert hashlib.sha256(archive.read(name)).hexdigest() in text
    json.loads(text, parse_constant=pytest.fail)  # no NaN, which is not JSON
    for version in (keras.__version__, mktutils.__version__, np.__version__):
        assert json.dumps(version) in text


def members(data):
    """Yield each innermost file of a zip within zips."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            yield from members(content) if zipfile.is_zipfile(io.BytesIO(content)) else [(name, content)]


def test_no_pickle_is_inside_or_used(saved, monkeypatch):
    names = [name for name, _ in members(saved.read_bytes())]
    assert {Path(name).suffix for name in names} == {".json", ".h5"}
    assert not any(content.startswith(b"\x80") for _, content in members(saved.read_bytes()))
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, lambda *a, **k: pytest.fail("a pickle was read"))
    ScoringPipeline.load(saved)


def test_network_with_python_code_inside_is_not_loaded(tmp_path):
    inputs = keras.Input((2, 5), name="numbers")
    code = keras.layers.Lambda(lambda x: keras.ops.sigmoid(x[:, 0, :1]), output_shape=(1,))(inputs)
    path = ScoringPipeline(ENCODER, keras.Model({"numbers": inputs}, code)).save(tmp_path / "evil.pipeline")
    with pytest.raises(ValueError, match=r"(?i)lambda|safe_mode|unsafe"):
        ScoringPipeline.load(path)


@pytest.mark.parametrize("where", ["writing a network", "moving into place"])
def test_interrupted_save_leaves_the_old_file(saved, monkeypatch, where):
    old = saved.read_bytes()

    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    if where == "writing a network":
        monkeypatch.setattr(keras.Model, "save", interrupt)
        monkeypatch.setattr(keras.saving, "save_model", interrupt)
    for name in ("replace", "rename"):
        monkeypatch.setattr(os, name, interrupt)
    with pytest.raises(KeyboardInterrupt):
        ScoringPipeline(ENCODER, NETWORKS[:1]).save(saved)
    monkeypatch.undo()
    assert saved.read_bytes() == old and [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_file_is_moved_within_its_folder_and_replaces_the_old_one(saved, monkeypatch):
    moves, replace = [], os.replace
    monkeypatch.setattr(
        os, "replace", lambda a, b, **k: (moves.append((Path(a), Path(b))), replace(a, b, **k))
    )
    ScoringPipeline(ENCODER, NETWORKS[:1], info={"new": 1}).save(saved)
    ((source, target),) = moves
    assert target == saved and saved.parent in source.parents  # on the same disk: the move is one step
    assert ScoringPipeline.load(saved).info == {"new": 1}


# --- damage ------------------------------------------------------------------------------------------------


def rewrite(path, change):
    """Write the zip again; change(name, bytes) returns new bytes, or None to leave a member out."""
    with zipfile.ZipFile(path) as archive:
        content = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            if data is not None:
                archive.writestr(name, data)


def newer(name, data):
    if name != "pipeline.json":
        return data
    manifest = json.loads(data)
    keys = [k for k, v in manifest.items() if type(v) is int and ("format" in k or "version" in k)]
    assert len(keys) == 1, f"one whole number says the version of the format; found {keys}"
    return json.dumps(manifest | {keys[0]: manifest[keys[0]] + 1}).encode()


OTHER = {"network_1.keras": b"network", "pipeline.json": b"{ not json"}
DAMAGE = {
    "no zip": (lambda p: p.write_text("score;0.5"), ["bank.pipeline"]),
    "empty": (lambda p: p.write_bytes(b""), ["bank.pipeline"]),
    "half": (lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]), ["bank.pipeline"]),
    "changed": (
        lambda p: rewrite(p, lambda n, d: d + b"x" if n == "network_1.keras" else d),
        ["network_1.keras"],
    ),
    "swapped": (lambda p: rewrite(p, lambda n, d: OTHER[n] if n == "network_1.keras" else d), ["network_1"]),
    "lost": (lambda p: rewrite(p, lambda n, d: None if n == "network_0.keras" else d), ["network_0.keras"]),
    "headless": (lambda p: rewrite(p, lambda n, d: None if n == "pipeline.json" else d), ["pipeline.json"]),
    "no json": (
        lambda p: rewrite(p, lambda n, d: OTHER[n] if n == "pipeline.json" else d),
        ["bank.pipeline"],
    ),
    "newer": (lambda p: rewrite(p, newer), ["2", "(?i)newer|update|upgrade"]),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damaged_file_is_refused_by_name(saved, kind):
    damage, texts = DAMAGE[kind]
    damage(saved)
    for text in texts:
        with pytest.raises(ValueError, match=text):
            ScoringPipeline.load(saved)


def test_absent_file_is_named(tmp_path):
    with pytest.raises((FileNotFoundError, ValueError), match=r"nowhere\.pipeline"):
        ScoringPipeline.load(tmp_path / "nowhere.pipeline")


def test_any_changed_byte_is_refused_or_harmless(tmp_path):
    pipeline = ScoringPipeline(ENCODER, constant(0.4), calibration=(2.0, 0.5))
    path = pipeline.save(tmp_path / "p")
    data, expected = path.read_bytes(), pipeline.score(rows(2))
    places = [*range(0, 30, 2), *np.linspace(31, len(data) - 1, 60).astype(int)]
    for place in [*places, *range(len(data) - 150, len(data), 3)]:
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x11]) + data[place + 1 :])
        try:
            score = ScoringPipeline.load(path).score(rows(2))
        except ValueError:
            continue
        assert np.array_equal(score, expected), place


# --- a failed save, a fresh process ----------------------------------------------------------------------


def test_info_must_be_plain_json_and_a_failed_save_keeps_the_old_file(saved):
    old = saved.read_bytes()
    with pytest.raises((TypeError, ValueError), match=r"info|JSON"):
        ScoringPipeline(ENCODER, NETWORKS, info={"when": object()}).save(saved)
    assert saved.read_bytes() == old


FRESH = """
import sys
import numpy as np, pandas as pd
from mktutils.models import ScoringPipeline
frame = pd.read_json("rows.json", orient="split", dtype=False)
np.save("scores.npy", ScoringPipeline.load("bank.pipeline").score(frame))
"""


def test_scores_are_equal_in_a_fresh_process(tmp_path):
    inputs = keras.Input((2, 5), name="numbers")
    waves = keras.layers.Flatten()(Periodic(frequencies=2, sigma=0.3)(inputs[:, :, -1]))
    periodic = keras.Model({"numbers": inputs}, keras.layers.Dense(1, "sigmoid")(waves))
    pipeline = ScoringPipeline(ENCODER, [*NETWORKS, periodic], calibration=(1.2, 0.1))
    pipeline.save(tmp_path / "bank.pipeline")
    rows().to_json(tmp_path / "rows.json", orient="split")
    done = subprocess.run([sys.executable, "-c", FRESH], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert np.load(tmp_path / "scores.npy") == pytest.approx(pipeline.score(rows()), abs=1e-6)
