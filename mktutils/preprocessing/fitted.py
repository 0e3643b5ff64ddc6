"""Was a preprocessor fitted on the training rows, or on more? Compared by fitting a copy."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.utils.validation import check_is_fitted


def fitted_elsewhere(
    preprocessor, train: pd.DataFrame, test: pd.DataFrame, features: list[str], label: str
) -> list[tuple[str, str, str]]:
    """Return a finding when the statistics of `preprocessor` differ from a copy fitted on `train`."""
    if isinstance(preprocessor, Pipeline) and not hasattr(preprocessor, "transform"):
        preprocessor = preprocessor[:-1]  # the last step is a model: its transformers are what may leak
        if not preprocessor.steps:
            return []
    check_is_fitted(preprocessor)
    columns = list(getattr(preprocessor, "feature_names_in_", features))
    as_array = not hasattr(preprocessor, "feature_names_in_")
    if as_array and getattr(preprocessor, "n_features_in_", None) != len(columns):
        raise ValueError(
            f"the preprocessor was fitted on {getattr(preprocessor, 'n_features_in_', None)} unnamed "
            f"columns; pass the "
            f"same columns as features= (now {len(columns)}), or fit it on a DataFrame"
        )
    absent = [column for column in columns if column not in train.columns]
    if absent:
        raise ValueError(f"the preprocessor was fitted with columns that train lacks: {absent}")

    def refit(part: pd.DataFrame):
        X = part[columns].to_numpy() if as_array else part[columns]
        return clone(preprocessor).fit(X, part[label])

    differences = _differences(preprocessor, refit(train))
    differences.sort(key=lambda line: "n_samples_seen_" not in line)  # the plainest evidence first
    if not differences:
        return []
    whole = pd.concat([train, test], ignore_index=True)
    by_both = not _differences(preprocessor, refit(whole))
    evidence = "; ".join(differences[:3]) + (
        f" and {len(differences) - 3} more" if len(differences) > 3 else ""
    )
    if by_both:
        evidence += "; its statistics are those of train and test together"
    return [
        ("preprocessor not fitted on train", evidence, "call fit or fit_transform on the training rows only")
    ]


def _differences(fitted, again, path: str = "") -> list[str]:
    """Compare the learnt numbers (attributes that end in "_") of two fitted transformers, step by step."""
    name = f"{path}{type(fitted).__name__}"
    if isinstance(fitted, Pipeline):
        steps = [(n, a, b) for (n, a), (_, b) in zip(fitted.steps, again.steps, strict=True)]
    elif isinstance(fitted, ColumnTransformer):
        steps = [(n, a, again.named_transformers_[n]) for n, a, _ in fitted.transformers_]
    elif isinstance(fitted, FeatureUnion):
        steps = [
            (n, a, b) for (n, a), (_, b) in zip(fitted.transformer_list, again.transformer_list, strict=True)
        ]
    else:
        found = []
        for attribute, value in sorted(vars(fitted).items()) if hasattr(fitted, "__dict__") else ():
            if (
                attribute.endswith("_")
                and not attribute.startswith("_")
                and not _equal(value, getattr(again, attribute, None))
            ):
                found.append(
                    f"{name}.{attribute} is {_short(value)}, train gives "
                    f"{_short(getattr(again, attribute, None))}"
                )
        return found
    return [line for n, a, b in steps for line in _differences(a, b, f"{path}{n}/")]


def _equal(a: object, b: object) -> bool:
    if isinstance(a, list | tuple):
        return isinstance(b, list | tuple) and len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, np.ndarray | int | float | np.number):
        a, b = np.asarray(a), np.asarray(b)
        if a.shape != b.shape or (a.dtype.kind in "fiub") != (b.dtype.kind in "fiub"):
            return False
        if a.dtype.kind in "fiub":
            return bool(np.allclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True))
        return all(
            _equal(x, y) if isinstance(x, np.ndarray) else x is y or x == y
            for x, y in zip(a.flat, b.flat, strict=True)
        )
    return True  # names, functions and nested helpers carry no statistics of rows


def _short(value: object) -> str:
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.array2string(value.ravel()[:4], precision=4)
    if isinstance(value, float | np.floating):
        return f"{value:g}"
    return str(value if not isinstance(value, np.ndarray) else value.ravel()[:4].tolist())[:60]
