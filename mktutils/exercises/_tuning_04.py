"""Checker of exercise 04.7: a tuning loop that must leave the test rows alone until the choice is made."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function


class _Rows:
    """Rows that only `fit` and `score` of the check can use."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __add__(self, other):
        raise Wrong("Leave the parts apart: `fit` sees `train` alone, also for the chosen setting.")


class _Model:
    """What `fit` returns: it remembers its setting and the rows it has seen."""

    def __init__(self, setting, rows: str) -> None:
        self.setting, self.rows = setting, rows


class _Lab:
    """A fake `fit` and `score` with fixed losses, and a record of their calls."""

    def __init__(self, losses: dict) -> None:
        self.losses, self.calls = losses, []

    def fit(self, rows, setting) -> _Model:
        self.calls.append(("fit", self._name(rows, "fit"), setting))
        return _Model(setting, rows.name)

    def score(self, model, rows) -> float:
        if isinstance(model, _Rows) and isinstance(rows, _Model):
            raise Wrong("The arguments of `score` are exchanged: `score(model, rows)`.")
        if not isinstance(model, _Model):
            raise Wrong("The first argument of `score` is a model that `fit` returned: `score(model, rows)`.")
        self.calls.append(("score", self._name(rows, "score"), model.setting))
        return self.losses[rows.name][model.setting]

    def _name(self, rows, function: str) -> str:
        if not isinstance(rows, _Rows):
            raise Wrong(f"Give `{function}` one of the three parts: `train`, `valid` or `test`.")
        return rows.name

    def rows_of(self, kind: str) -> list[str]:
        return [rows for what, rows, _ in self.calls if what == kind]


_LABS = [
    {
        "train": {0.0001: 0.30, 0.001: 0.24, 0.01: 0.20, 0.1: 0.22},
        "valid": {0.0001: 0.31, 0.001: 0.25, 0.01: 0.27, 0.1: 0.45},
        "test": {0.0001: 0.24, 0.001: 0.26, 0.01: 0.28, 0.1: 0.46},
    },
    {
        "train": {"small": 0.26, "large": 0.18, "middle": 0.21},
        "valid": {"small": 0.262, "large": 0.258, "middle": 0.260},
        "test": {"small": 0.251, "large": 0.263, "middle": 0.270},
    },
]


def check_tune(answer) -> None:
    """Raise Wrong that names which rows were used for what."""
    need_function(answer)
    for losses in _LABS:
        lab, settings = _Lab(losses), list(losses["test"])
        train, valid, test = (_Rows(name) for name in ("train", "valid", "test"))
        got = call(answer, train, valid, test, settings, lab.fit, lab.score)
        if got is None:
            raise Wrong("The function returned None: end it with `return best, ...`.")
        if not isinstance(got, tuple | list) or len(got) != 2:
            raise Wrong(
                "Return two values: the best setting, and the log-loss of its model on the test rows."
            )
        best, reported = got
        if isinstance(best, _Model):
            raise Wrong("The first value is a model. Return the setting itself.")
        _explain_tuning(lab, losses, settings, best, reported)


def _explain_tuning(lab: _Lab, losses: dict, settings: list, best, reported) -> None:
    scored, chosen = lab.rows_of("score"), {part: min(table, key=table.get) for part, table in losses.items()}
    for rows in ("test", "valid"):
        if rows in lab.rows_of("fit"):
            raise Wrong(
                f"`fit` was called with the {rows} rows. The model learns from `train` alone; the other rows must be new to it."
            )
    tests = scored.count("test")
    if tests > 1:
        if best == chosen["test"]:
            raise Wrong(
                f"The setting was picked by the test rows: `score` saw them {tests} times. The lowest of several losses is partly luck, and here it is reported "
                "as the result. Pick by the validation rows; then look at the test rows once."
            )
        raise Wrong(
            f"`score` saw the test rows {tests} times. They are for one look, at the model that was chosen; in the loop use the validation rows."
        )
    if "valid" not in scored:
        raise Wrong("The validation rows were not used. In the loop: `score(model, valid)`.")
    if tests and scored.index("test") < len(scored) - 1 - scored[::-1].index("valid"):
        raise Wrong("`score` saw the test rows before the choice was made. First finish the loop.")
    try:
        known, reported = best in settings, float(reported)
    except (TypeError, ValueError):
        known = False
    if not known:
        if isinstance(reported, str | float) and reported in settings:
            raise Wrong("The order is another one: first the best setting, then the log-loss.")
        raise Wrong(
            "Return the best setting, one of `settings`, and then one number, its log-loss on the test rows."
        )
    tried = {setting for what, rows, setting in lab.calls if what == "score" and rows == "valid"}
    if len(tried) < len(settings):
        raise Wrong(
            f"{len(tried)} of {len(settings)} settings were scored on the validation rows. Try all of them."
        )
    if best != chosen["valid"]:
        if best == max(losses["valid"], key=losses["valid"].get):
            raise Wrong(
                "The setting with the *highest* log-loss was picked. A lower log-loss is better: `min`."
            )
        if best == min(settings):
            raise Wrong(
                "`min(losses)` compares the *settings*, which are the keys. Compare the losses: `min(losses, key=losses.get)`."
            )
        if best == chosen["train"]:
            raise Wrong(
                "The setting was picked by the training rows, which each model knows. Pick by the validation rows."
            )
        raise Wrong(
            f"The setting {best!r} was picked; on the validation rows {chosen['valid']!r} has the lowest log-loss."
        )
    if not tests:
        raise Wrong(
            "The number reported comes from the validation rows. The winner was picked because it is the lowest there, so this number is too good. Score the chosen "
            "model once on the test rows."
        )
    last = next(setting for what, rows, setting in lab.calls if (what, rows) == ("score", "test"))
    if last != best:
        raise Wrong(
            "The model that saw the test rows has another setting than the winner: after the loop `model` is the model of the *last* setting. Keep the models in a "
            "dictionary, or fit the winner again."
        )
    if not np.isclose(reported, losses["test"][best]):
        raise Wrong(
            f"The number reported is {reported:g}; the chosen model has {losses['test'][best]} on the test rows."
        )
