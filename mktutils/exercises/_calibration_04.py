"""Checker of exercise 04.10: Platt scaling that was fitted on the wrong rows and on the wrong scale."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function


def _logit(p):
    return np.log(p / (1 - p))


def _platt(x, y, new) -> np.ndarray:
    """A logistic regression of y on the one column x, by Newton's method, at `new`."""
    X, w = np.column_stack([x, np.ones(len(x))]), np.zeros(2)
    for _ in range(60):
        p = 1 / (1 + np.exp(-X @ w))
        w += np.linalg.solve((X * (p * (1 - p))[:, None]).T @ X, X.T @ (y - p))
    return 1 / (1 + np.exp(-(new * w[0] + w[1])))


def _overconfident(seed: int):
    """Probabilities of a network that knows its training rows by heart, and is too certain about others."""
    rng = np.random.default_rng(seed)

    def part(n, memory):
        true = 1.3 * rng.normal(size=n) - 2
        y = (rng.random(n) < 1 / (1 + np.exp(-true))).astype(int)
        z = 2.2 * true + 1.0 + 0.6 * rng.normal(size=n) + memory * (2 * y - 1)
        return 1 / (1 + np.exp(-z)), y

    return *part(1500, 3.0), *part(900, 0.0), part(40, 0.0)[0]


def check_calibrate(answer) -> None:
    """Raise Wrong that names the rows and the scale that were used."""
    need_function(answer)
    for seed in (10, 11):
        p_train, y_train, p_valid, y_valid, p_new = data = _overconfident(seed)
        got = call(answer, *data)
        if got is None:
            raise Wrong("The function returned None: end it with `return ...`.")
        got = np.asarray(got, dtype=float)
        n = len(p_new)
        if got.shape in {(n, 1), (n, 2)}:
            raise Wrong(
                f"The result has the shape {got.shape}; it must be ({n},): one column of `predict_proba`, `[:, 1]`."
            )
        if got.shape != (n,):
            raise Wrong(
                f"The result has the shape {got.shape}; it must be ({n},), one probability for each of `p_new`."
            )
        valid, train = (_logit(p_valid), y_valid), (_logit(p_train), y_train)
        both = [np.concatenate(pair) for pair in zip(train, valid, strict=True)]
        new = _logit(p_new)
        right = _platt(*valid, new)
        if np.abs(got - right).max() < 0.01:
            continue
        rows = (
            "It was fitted on the training rows. The network knows them by heart, so it looks well calibrated there, and the correction makes it even more "
            "certain. Fit it on rows that the network has not seen: the validation rows. "
        )
        scale = (
            "The one column of the logistic regression must be the *logit* of p, log(p / (1 − p)), when it is fitted and when it is used: intercept and slope "
            "belong there. "
        )
        for wrong, why in [
            (_platt(*train, new), rows),
            (_platt(p_train, y_train, p_new), rows + scale),
            (_platt(p_valid, y_valid, p_new), f"The rows are right. {scale}"),
            (_platt(*both, new), f"Training and validation rows were put together. {rows}"),
            (_platt(p_valid, y_valid, new), f"It was fitted on p and used on the logit. {scale}"),
            (_platt(*valid, p_new), f"It was fitted on the logit and used on p. {scale}"),
            (_platt(*train, p_new), f"{rows}It was also used on p instead of the logit. "),
            (p_new, "The probabilities came back as they were. Return those of the fitted logistic regression."),
            (1 - right, "These are the probabilities of *no* order: take the column `[:, 1]`."),
            (_logit(right), "These are logits. Return probabilities: `predict_proba(...)[:, 1]`."),
        ]:  # fmt: skip
            if np.abs(got - wrong).max() < 0.01:
                raise Wrong(why.strip())
        if np.isin(got, [0, 1]).all():
            raise Wrong("These are labels, 0 or 1. Probabilities come from `predict_proba(...)[:, 1]`.")
        raise Wrong(
            f"For p = {p_new[0]:.3f} the function gave {got[0]:.3f}; a logistic regression of `y_valid` on the logit of `p_valid` gives {right[0]:.3f}."
        )
