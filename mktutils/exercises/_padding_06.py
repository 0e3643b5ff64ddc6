"""Checkers of lesson 06 for padding with a mask, and for the state of a stateful layer."""

import numpy as np

from mktutils.lesson import Wrong, call, need_function

# 06.6 -----------------------------------------------------------------------------------------------------


def _layer():
    """A small recurrent layer: from codes (0 to 5) of one visit and a mask to the state after the last step."""
    rng = np.random.default_rng(66)
    table, recurrent = rng.normal(size=(6, 3)), 0.8 * rng.normal(size=(3, 3))

    def last_state(codes, mask) -> np.ndarray:
        h = np.zeros(3)
        for code, exists in zip(codes, mask, strict=True):
            if exists:
                h = np.tanh(table[code] + h @ recurrent)
        return h

    return last_state


def _sequences():
    """(sequences, length): visits that are shorter, as long, and longer than `length`."""
    yield [[1, 1, 3], [2, 1, 1, 3, 4], [5]], 5
    rng = np.random.default_rng(67)
    for n, longest, length in [(12, 9, 9), (8, 4, 10), (15, 14, 6), (5, 3, 1)]:
        lengths = rng.integers(1, longest + 1, n)
        yield [rng.integers(1, 6, size).tolist() for size in lengths], length


def _two_arrays(got, n: int, length: int):
    """X and mask of the learner, arrays of shape (n, length)."""
    pair = "Return two arrays, `return X, mask`, both of shape (visits, length)."
    if got is None:
        raise Wrong("The function returned None: end it with `return X, mask`.")
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        lone = np.shape(got) == (n, length)
        raise Wrong(f"The function returned one array. {pair}" if lone else pair)
    try:
        X, mask = np.asarray(got[0]), np.asarray(got[1])
    except ValueError:
        raise Wrong(f"The rows have different lengths. {pair}") from None
    for name, value in (("X", X), ("mask", mask)):
        if value.shape == (n,):
            raise Wrong(f"`{name}` has one value for each visit. It needs one for each *step* of each visit, shape ({n}, {length}).")  # fmt: skip
        if value.shape != (n, length):
            raise Wrong(
                f"For {n} visits and length = {length} `{name}` has the shape {value.shape}; it must be ({n}, {length}), also where no visit is as long as that."
            )
    if X.dtype.kind == "b" and mask.dtype.kind in "iuf":
        raise Wrong("`X` and `mask` are exchanged: first the codes, then the mask.")
    if X.dtype.kind not in "iuf" or (np.round(X) != X).any():
        raise Wrong(f"`X` must hold the codes, whole numbers; it has the type {X.dtype}.")
    X = X.astype(int)
    if X.min() < 0 or X.max() > 5:
        raise Wrong("`X` holds numbers that are no codes: events have the codes 1 to 5, and 0 is padding.")
    if mask.dtype.kind != "b":
        raise Wrong(
            f"The mask has the type {mask.dtype}; it must hold True and False, for example with `.astype(bool)` or as a comparison, `X != 0`."
        )
    return X, mask


def _row_fault(codes: list[int], x: np.ndarray, mask: np.ndarray, length: int) -> str | None:
    """What is wrong with the padded row of one visit; None if a recurrent layer reads the visit from it."""
    kept = codes[-length:]
    read = x[mask].tolist()
    if read == kept:
        return None
    shown = f"The visit {codes} with length = {length} became {x.tolist()} with the mask {mask.astype(int).tolist()}. "
    event = x != 0
    if event.any() and not event.all() and mask.all():
        if event[0]:
            return f"{shown}The mask is True everywhere: the layer runs on over the padding, and the state at the last step is not the one after the last event. Only steps with an event may be True."
        return f"{shown}The last event stands last, but the mask is True everywhere: the layer reads the padding first, and begins the visit with a state that is not 0. Only steps with an event may be True."
    if len(codes) > length and x.tolist() == codes[:length]:
        return f"{shown}Its *first* events were kept. What the customer did last says most: keep the last ones, `codes[-length:]`."
    if x[event].tolist() == kept and np.array_equal(mask, ~event):
        return f"{shown}The mask is turned round: True marks a step with an event."
    if x[event].tolist() == kept and np.array_equal(mask, event[::-1]):
        return f"{shown}The codes stand at one side and the True values at the other one. Padding and mask must fit together: `mask = X != 0`."
    if x[event].tolist() == kept:
        many = "more" if mask.sum() > event.sum() else "fewer" if mask.sum() < event.sum() else "other"
        return f"{shown}The codes are right. The mask lets the layer read {many} steps than those with an event: `mask = X != 0`."
    if x[event].tolist() == kept[::-1]:
        return f"{shown}The events stand in reversed order. Padding may stand before or behind them; their own order stays."
    if not event.any():
        return f"{shown}No event is left in the row."
    return f"{shown}With this mask the layer reads {read}; it must read {kept}."


def check_pad(answer) -> None:
    """Raise Wrong that names what a recurrent layer would read instead of the visit."""
    need_function(answer)
    last_state = _layer()
    for sequences, length in _sequences():
        longest = max(map(len, sequences))
        try:
            got = call(answer, sequences, length)
        except (ValueError, IndexError) as error:
            if longest <= length:
                raise
            raise Wrong(
                f"With a visit of {longest} events and length = {length} the function ends in {type(error).__name__}: {error}. Of a longer visit keep the last `length` events: `codes[-length:]`."
            ) from None
        X, mask = _two_arrays(got, len(sequences), length)
        for codes, x, exists in zip(sequences, X, mask, strict=True):
            fault = _row_fault(codes, x, exists, length)
            if fault:
                kept = codes[-length:]
                right, wrong = last_state(kept, [True] * len(kept)), last_state(x, exists)
                raise Wrong(
                    f"{fault} (The first unit of a small recurrent layer ends at {wrong[0]:.2f} instead of {right[0]:.2f}.)"
                )


# 06.13 ----------------------------------------------------------------------------------------------------


class Stateful:
    """A recurrent layer that keeps its state from call to call, until `reset_state()`."""

    def __init__(self, units: int = 2) -> None:
        """Draw weights; the state is that of the customers before."""
        rng = np.random.default_rng(613)
        self.table, self.recurrent = rng.normal(size=(6, units)), 0.9 * rng.normal(size=(units, units))
        self.states = None

    def reset_state(self) -> None:
        """Forget: the next call starts with zeros."""
        self.states = None

    reset_states = reset_state  # the older name, as in Keras

    def __call__(self, codes) -> np.ndarray:
        """Read codes of shape (n, steps), going on from the state before; return the state, (n, units)."""
        codes = np.asarray(codes)
        h = np.zeros((len(codes), self.table.shape[1])) if self.states is None else np.asarray(self.states)
        for t in range(codes.shape[1]):
            h = np.tanh(self.table[codes[:, t]] + h @ self.recurrent)
        self.states = h
        return h.copy()


def _groups():
    """Lists of groups; a group is a list of pieces, arrays of codes with the same rows."""
    rng = np.random.default_rng(614)
    for groups, pieces, n, steps in [(3, 2, 2, 3), (4, 3, 5, 2), (2, 1, 3, 4), (1, 3, 4, 2)]:
        yield [[rng.integers(1, 6, (n, steps)) for _ in range(pieces)] for _ in range(groups)]


def _run(groups, *, start: bool, group: bool, piece: bool, dirty) -> np.ndarray:
    """The states after the last pieces, with a reset at the start, before each group, before each piece."""
    layer, made = Stateful(), []
    layer.states = dirty
    if start:
        layer.reset_state()
    for pieces in groups:
        if group:
            layer.reset_state()
        for part in pieces:
            if piece:
                layer.reset_state()
            state = layer(part)
        made.append(state)
    return np.concatenate(made)


def check_last_states(answer) -> None:
    """Raise Wrong that names whose state was carried on, or forgotten."""
    need_function(answer)
    for groups in _groups():
        n, layer = len(groups[0][0]), Stateful()
        dirty = np.linspace(-0.9, 0.8, n * 2).reshape(n, 2)
        layer.states = dirty.copy()
        got = call(answer, layer, groups)
        right = _run(groups, start=False, group=True, piece=False, dirty=dirty)
        shown = f"With {len(groups)} group{'s' * (len(groups) > 1)} of {n} customers and {len(groups[0])} piece{'s' * (len(groups[0]) > 1)} each "
        if got is None:
            raise Wrong("The function returned None: end it with `return np.concatenate(states)`.")
        try:
            got = np.asarray(got, dtype=float)
        except (TypeError, ValueError):
            raise Wrong("Return an array with one row for each customer: `np.concatenate(states)`.") from None
        if got.shape == (len(groups), n, 2):
            raise Wrong(
                f"{shown}the result has the shape {got.shape}; it must be {right.shape}, one row for each customer: `np.concatenate(states)`."
            )
        if got.shape == (len(groups) * n * len(groups[0]), 2) != right.shape:
            raise Wrong(
                f"{shown}the result has {len(got)} rows, one for each *piece* of each customer. Keep only the state after the last piece of a group."
            )
        if got.shape != right.shape:
            raise Wrong(f"{shown}the result has the shape {got.shape}; it must be {right.shape}.")
        if np.allclose(got, right, atol=1e-9):
            continue
        carried = "A stateful layer goes on with the state it has, and row 0 of the next group is another customer. "
        for settings, why in [
            (
                {"start": False, "group": False, "piece": False},
                f"The layer was never reset. {carried}Reset it before the first piece of *each* group.",
            ),
            (
                {"start": True, "group": False, "piece": False},
                f"The layer was reset once, at the start. {carried}Reset it before the first piece of *each* group.",
            ),
            (
                {"start": False, "group": False, "piece": True},
                "The layer was reset before each *piece*: the second piece of a visit no longer knows the first one. Reset it where the customers change.",
            ),
        ]:
            if np.allclose(got, _run(groups, dirty=dirty, **settings), atol=1e-9):
                raise Wrong(why)
        if np.allclose(got[n:], right[n:], atol=1e-9):
            raise Wrong(
                "All groups are right but the first one: the layer comes with the state of other customers, from its training. Reset it *before* each group, not after it."
            )
        kept = [group[:1] for group in groups], [group[-1:] for group in groups]
        for part, which in zip(kept, ("first", "last"), strict=True):
            if np.allclose(got, _run(part, start=False, group=True, piece=False, dirty=dirty), atol=1e-9):
                raise Wrong(f"Only the {which} piece of each group was read. The layer must read all of them, in order.")  # fmt: skip
        backwards = [group[::-1] for group in groups]
        if np.allclose(got, _run(backwards, start=False, group=True, piece=False, dirty=dirty), atol=1e-9):
            raise Wrong("The pieces were read in reversed order.")
        raise Wrong(
            f"{shown}the first customer ends with the state {np.round(got[0], 3).tolist()}; it must be {np.round(right[0], 3).tolist()}. For each group: reset, then read all pieces in order, then keep the "
            "last state."
        )
