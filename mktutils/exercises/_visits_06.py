"""Checkers of lesson 06 for tables of visits: features and prefixes that know nothing of what comes later."""

import numpy as np
import pandas as pd

from mktutils.lesson import Wrong, call, need_function

_EVENTS = ["view", "search", "cart", "remove"]


def visits(lengths, seed: int, *, buys=None) -> pd.DataFrame:
    """A table of events; `buys` maps the number of a visit to the step at which it buys."""
    rng, rows = np.random.default_rng(seed), []
    for number, length in enumerate(lengths):
        for step in range(1, length + 1):
            event = _EVENTS[rng.choice(4, p=[0.5, 0.2, 0.2, 0.1])]
            if (buys or {}).get(number) == step:
                event = "buy"
            rows.append((f"S{37 * number % 101:06d}", step, event, int(rng.integers(1, 60))))
    return pd.DataFrame(rows, columns=["session_id", "step", "event", "seconds"])


# 06.8 -----------------------------------------------------------------------------------------------------

COLUMNS = ["n_events", "n_carts", "seconds"]


def _of(events: pd.DataFrame) -> pd.DataFrame:
    """The three features of each visit, from the rows that are given."""
    by = events["session_id"]
    return pd.DataFrame({
        "n_events": events.groupby(by).size(),
        "n_carts": events["event"].eq("cart").groupby(by).sum(),
        "seconds": events.groupby(by)["seconds"].sum(),
    })  # fmt: skip


def _feature_faults(events: pd.DataFrame):
    """Rows that a mistake would use, and its sentence."""
    step, later = events["step"], "What comes after the fifth event is not known when the shop decides."
    yield events, f"is computed from the whole visit. {later} Use the events with `step <= 5`."
    yield events[step < 5], "is computed from four events. The steps begin with 1, so the first five have `step <= 5`."  # fmt: skip
    yield events[step <= 6], f"is computed from six events. {later} The steps begin with 1, so the first five have `step <= 5`."  # fmt: skip
    tail = events.groupby("session_id").tail(5)
    yield tail, f"is computed from the *last* five events of each visit. {later} Take the first five."
    yield events[step > 5], f"is computed from what comes *after* the fifth event. {later}"
    yield events[step == 5], "is computed from the fifth event alone. All of the first five are known."
    yield events[step >= 5], f"is computed from the fifth event and what comes after it. {later}"


def _feature_table(got, events: pd.DataFrame) -> pd.DataFrame:
    """The learner's table, with the rows and columns that it must have."""
    sessions = events["session_id"].unique()
    if got is None:
        raise Wrong("The function returned None: end it with `return ...`.")
    if not isinstance(got, pd.DataFrame):
        raise Wrong(f"Return a DataFrame with the columns {COLUMNS}; the function returned `{type(got).__name__}`.")  # fmt: skip
    if "session_id" in got.columns and got["session_id"].is_unique:
        got = got.set_index("session_id")
    if set(got.columns) != set(COLUMNS):
        raise Wrong(f"The columns must be {COLUMNS}; they are {[str(c) for c in got.columns]}.")
    if len(got) == len(events) != len(sessions):
        raise Wrong("The table has one row for each event. It must have one for each visit: `groupby(\"session_id\")`.")  # fmt: skip
    if set(got.index) != set(sessions):
        raise Wrong(
            f"The table has {len(got)} row{'s' * (len(got) != 1)}; it must have one for each of the {len(sessions)} visits, with `session_id` as index. Cut the table *inside* each visit, not at its end: the first five events of "
            "each visit have `step <= 5`."
        )
    got = got.loc[sessions, COLUMNS]
    if got.isna().to_numpy().any():
        name = COLUMNS[int(np.argmax(got.isna().to_numpy().any(axis=0)))]
        raise Wrong(
            f'`{name}` is missing for some visits: those without such an event. They have 0 of them: count True values, `(events["event"] == "cart").groupby(...).sum()`, or fill the gaps.'
        )
    return got.astype(float)


def check_features(answer) -> None:
    """Raise Wrong that names the column and the events that it was computed from."""
    need_function(answer)
    for lengths, seed in [([5, 8, 12, 6, 5, 21], 681), ([7] * 10, 682), ([40, 5, 9], 683)]:
        events = visits(lengths, seed, buys={1: 7, 2: 9})
        got = _feature_table(call(answer, events), events)
        right = _of(events[events["step"] <= 5]).loc[got.index]
        for column in COLUMNS:
            mine = got[column].to_numpy()
            if np.allclose(mine, right[column]):
                continue
            if column == "seconds" and np.allclose(mine, right[column] / 5):
                raise Wrong("`seconds` is the mean. It is the sum of the seconds of the first five events.")
            if column == "n_carts" and np.allclose(mine, right["n_events"]):
                raise Wrong('`n_carts` counts all events. Count those with `event` equal to "cart".')
            done = [c for c in COLUMNS if np.allclose(got[c], right[c])]
            also = f" ({', '.join(f'`{c}`' for c in done)}: right.)" if done else ""
            for rows, why in _feature_faults(events):
                wrong = _of(rows).reindex(got.index).fillna(0)[column]
                if np.allclose(mine, wrong):
                    raise Wrong(f"`{column}` {why}{also}")
            worst = int(np.argmax(~np.isclose(mine, right[column])))
            raise Wrong(
                f"`{column}` of visit {got.index[worst]} is {mine[worst]:g}; from its first five events it is {right[column].iloc[worst]:g}.{also}"
            )


# 06.9 -----------------------------------------------------------------------------------------------------


def _logs():
    """(events, k): visits that are too short, of exactly k events, that buy early, at k, at k + 1, later, never."""
    lengths = [3, 5, 9, 12, 7, 6, 5, 8, 2, 15, 6, 4]
    buys = {2: 3, 3: 5, 4: 6, 5: 6, 6: 5, 7: 8, 9: 1, 11: 4}
    yield visits(lengths, 691, buys=buys), 5
    yield visits(lengths, 691, buys=buys), 2
    yield visits([14, 10, 11, 30, 9, 10], 692, buys={0: 10, 2: 11, 3: 29, 5: 10}), 10
    yield visits([1, 2, 1, 3], 693, buys={2: 1, 3: 3}), 1


def _task(events: pd.DataFrame, k: int) -> tuple[pd.DataFrame, pd.Series]:
    """The first k events of the visits in the task, and whether each of them buys later."""
    by = events.groupby("session_id")
    first = events[events["step"] <= k]
    early = first["event"].eq("buy").groupby(first["session_id"]).any()
    sessions = [s for s, n in by.size().items() if n >= k and not early[s]]
    first = first[first["session_id"].isin(sessions)]
    later = events[(events["step"] > k) & (events["event"] == "buy")]["session_id"]
    return first, pd.Series(np.isin(sessions, later), index=sessions)


def _label(buys, first_sessions) -> pd.Series:
    """The learner's label: True and False by session_id."""
    if isinstance(buys, pd.DataFrame) and buys.shape[1] == 1:
        buys = buys.iloc[:, 0]
    if isinstance(buys, dict):
        buys = pd.Series(buys)
    if not isinstance(buys, pd.Series):
        raise Wrong("The second value must be a Series with `session_id` as index, so that each visit keeps its label: such as the result of a `groupby(\"session_id\")`.")  # fmt: skip
    if not buys.index.is_unique:
        raise Wrong("The labels have more than one row for some visits. Each visit has one label: `groupby(\"session_id\")`.")  # fmt: skip
    if not set(buys.index) & set(first_sessions):
        raise Wrong("The index of the labels must hold the values of `session_id`.")
    if buys.isna().any():
        raise Wrong("Some labels are missing (NaN): visits without a later event do not buy later, so they get False.")  # fmt: skip
    if not buys.isin([0, 1]).all():
        raise Wrong("The labels must be True or False (or 1 and 0): *does* the visit buy later?")
    return buys.astype(bool)


def _wrong_visits(extra, lost, sessions: pd.DataFrame, k: int) -> str | None:
    """Why visits are in the task that do not belong there, or the other way round."""
    n, bought = sessions["n"], sessions["bought"]
    if any(n[s] < k for s in extra):
        return f"Visits with fewer than {k} events are in the task. They are over before the shop decides."
    if any(bought[s] <= k for s in extra):
        at = all(bought[s] == k for s in extra if bought[s] <= k)
        how = f"at event {k}" if at else f"among their first {k} events"
        return f"Visits that bought {how} are in the task. Their question is answered, and the answer stands in the features: leave out the whole visit, not only the event."
    if lost and all(n[s] == k for s in lost):
        return f"Visits with exactly {k} events are missing. When the shop decides nobody knows that they are over: they belong to the task, and their label is False."
    if (
        lost
        and all(bought[s] > k for s in lost)
        and {s for s in n.index if np.isfinite(bought[s]) and bought[s] > k} <= set(lost)
    ):
        return f"The visits that buy later are missing. Leave out only those that bought among the first {k} events; the others are the ones to be found."
    return None


def check_prefixes(answer) -> None:
    """Raise Wrong that names which visits, which events or which labels are wrong."""
    need_function(answer)
    for events, k in _logs():
        first, right = _task(events, k)
        got = call(answer, events, k)
        if got is None:
            raise Wrong("The function returned None: end it with `return first, buys`.")
        if not isinstance(got, (tuple, list)) or len(got) != 2 or not isinstance(got[0], pd.DataFrame):
            raise Wrong("Return two values, `return first, buys`: a table of events and a Series of labels.")
        mine = got[0].reset_index() if got[0].index.name == "session_id" else got[0]
        if not {"session_id", "step", "event"} <= set(mine.columns):
            raise Wrong(f"The table of events must have the columns of `events`; it has {[str(c) for c in mine.columns]}.")  # fmt: skip
        step = events[events["event"] == "buy"].groupby("session_id")["step"].min()
        sessions = pd.DataFrame({"n": events.groupby("session_id").size()})
        sessions["bought"] = step.reindex(sessions.index).fillna(np.inf)
        for name, has in (("the table of events", set(mine["session_id"])), ("the labels", None)):
            if has is None:
                label = _label(got[1], right.index)
                has = set(label.index)
            extra, lost = has - set(right.index), set(right.index) - has
            if extra or lost:
                shown = f"With k = {k}, in {name}: "
                why = _wrong_visits(extra, lost, sessions, k)
                raise Wrong(shown + ((why and why[0].lower() + why[1:]) or f"there are {len(has)} visits; {len(right)} have at least {k} events and no purchase among the first {k}. Wrong are, for example, {sorted(extra | lost)[:2]}."))  # fmt: skip
        if mine["step"].max() > k:
            raise Wrong(f"With k = {k} the table holds events after the first {k}: a network that reads them knows the future. Keep `step <= k`.")  # fmt: skip
        rows = mine.sort_values(["session_id", "step"])[["session_id", "step", "event"]].to_numpy()
        if not np.array_equal(
            rows, first.sort_values(["session_id", "step"])[["session_id", "step", "event"]]
        ):
            raise Wrong(f"With k = {k} the table has {len(mine)} rows; {len(right)} visits with their first {k} events are {len(first)} rows.")  # fmt: skip
        if not mine.groupby("session_id")["step"].apply(lambda s: s.is_monotonic_increasing).all():
            raise Wrong("The events of a visit must stay in order: step 1, 2, 3, …")
        if not np.array_equal(label[right.index], right):
            bad = [s for s in right.index if label[s] != right[s]]
            if not label.any():
                raise Wrong(f"With k = {k} no visit buys. The label asks about the events *after* the first {k}: look for \"buy\" in `events`, not in the table that was cut.")  # fmt: skip
            if len(bad) == len(right):
                raise Wrong("The labels are turned round: True is a visit that buys later.")
            raise Wrong(f"With k = {k} the label of visit {bad[0]} is {bool(label[bad[0]])}; it must be {bool(right[bad[0]])}: does it have \"buy\" after step {k}?")  # fmt: skip
