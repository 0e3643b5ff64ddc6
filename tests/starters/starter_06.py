"""Five CSVs of events that lesson 06 never saw, what its starter prints for them, and CSVs it must refuse."""

import gzip
import re
from pathlib import Path

import numpy as np
import pandas as pd

NUMBER = r"([+-]?[\d.]+)"
RIVALS = ["constant", "counts, logistic regression", "counts, boosted trees"]
# For each CSV, told by its target: the lowest and the highest AUC of the GRU, and whether it must beat the
# counts (None: either).
EXPECTED = {
    "order": (0.80, 1.00, True),
    "Kauf": (0.75, 1.00, True),
    "购买": (0.70, 1.00, None),
    "1": (0.30, 0.70, False),
    "sign up": (0.70, 1.00, None),
}
SHOP = ("search", "look", "cart", "remove")


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def visits(rng, n: int, kinds, target: str, *, after: int, law: str = "order", rate: float = -1.0):
    """Events of n visits in order. Under the law "order" a cart after a search decides, not the counts."""
    rows, day = [], np.sort(rng.random(n)) * 300
    for i in range(n):
        length = int(rng.integers(max(1, after - 2), after + 9))
        steps = rng.choice(4, length, p=(0.3, 0.4, 0.2, 0.1))
        first, price = steps[:after], rng.lognormal(3, 0.8, length)
        place = {k: np.flatnonzero(first == k).mean() if (first == k).any() else after / 2 for k in (0, 2)}
        z = {
            "order": 3.0 * np.sign(place[2] - place[0]) * (abs(place[2] - place[0]) > 0.1),
            "count": 2.2 * ((first == 2).sum() - 0.9),
            "amount": 2.5 * (np.log(price[:after]).mean() - 3) * np.sqrt(after),
            "none": 0.0,
        }[law]
        names = [kinds[k] for k in steps]
        if rng.random() < sigmoid(z + rate):
            at = after if length <= after else int(rng.integers(after, length))
            names.insert(min(at, length), target)
            price = np.append(price, price[-1])
        if rng.random() < 0.05:  # decided at once, and goes on: no visit of the task
            names.insert(1, target)
            price = np.append(price, price[-1])
        gaps = rng.exponential(40, len(names)).cumsum()
        start = pd.Timestamp("2025-01-01") + pd.Timedelta(days=float(day[i]))
        for k, name in enumerate(names):
            rows.append((i, start + pd.Timedelta(seconds=float(gaps[k].round())), k + 1, name, price[k]))
    return pd.DataFrame(rows, columns=["visit", "time", "place", "event", "price"])


def german(rng) -> pd.DataFrame:
    """Rows in no order, some of them twice, some with gaps; decimal commas; letters with accents."""
    kinds = ("Suche", "Ansicht", "Warenkorb", "löschen")
    df = visits(rng, 2_500, kinds, "Kauf", after=4).sort_values(["time", "visit"], kind="stable")
    df["Ware"] = [f"Stück {k}" for k in rng.integers(0, 6, len(df))]
    df.loc[df["event"] == "Suche", "Ware"] = None
    df["Preis"] = [f"{v:,.2f} €".translate(str.maketrans(",.", ".,")) for v in 100 * df["price"]]
    df.loc[rng.random(len(df)) < 0.02, "Preis"] = None
    df["Zeit"] = df["time"].dt.strftime("%d.%m.%Y %H:%M:%S")
    df = df.rename(columns={"visit": "Besuch", "event": "Ereignis"})[
        ["Ereignis", "Besuch", "Zeit", "Ware", "Preis", "place"]
    ]
    df = df.iloc[rng.permutation(len(df))]
    nobody = df.head(40).assign(Besuch=None)
    return pd.concat([df, df.head(70), nobody])


def make_csvs(folder: Path) -> dict[str, dict[str, object]]:
    """Write the CSVs; return, for each, the constants of the starter that point to it."""
    rng = np.random.default_rng(66)
    table = visits(rng, 3_000, SHOP, "order", after=5)
    stamp = (table["time"] - pd.Timestamp(0)).dt.total_seconds().astype(int)
    table.assign(ts=stamp, sid=1_000_000 + table["visit"] * 7)[["ts", "sid", "event", "price"]].rename(
        columns={"event": "what happened"}
    ).to_csv(folder / "seconds.csv", index=False)
    german(rng).to_csv(folder / "german.csv", index=False, sep=";", encoding="cp1252")
    table = visits(rng, 2_000, ("搜索", "浏览", "加入购物车", "移除"), "购买", after=3, law="count")
    table = table.assign(time=table["time"].dt.strftime("%Y-%m-%dT%H:%M:%S+08:00"))
    table = table.set_axis(["访问", "时间", "序号", "事件", "price"], axis=1)[
        ["访问", "时间", "序号", "事件"]
    ]
    table.to_csv(folder / "chinese.csv", index=False, sep="\t", encoding="gb18030")
    table = visits(rng, 900, tuple("0234"), "1", after=5, law="none")  # nothing to learn; all are numbers
    table["time"] = table["time"].dt.strftime("%Y-%m-%d")
    raw = table[["visit", "time", "place", "event"]].to_csv(index=False).encode()
    (folder / "noise.csv.gz").write_bytes(gzip.compress(raw))
    table = visits(rng, 1_500, SHOP, "sign up", after=2, law="amount")
    table["time"] = ((table["time"] - pd.Timestamp(0)).dt.total_seconds() * 1000).astype("int64")
    table.to_csv(folder / "amount.csv", index=False)
    plain = {"VISIT": "visit", "TIME": "time", "EVENT": "event", "ORDER": None, "ITEMS": [], "AMOUNTS": []}

    def case(name: str, target: str, after: int, **more) -> dict[str, object]:
        paths = {"CSV_PATH": str(folder / name), "OUT": str(folder / f"{name} out")}
        return paths | {"TARGET_EVENT": target, "AFTER": after} | plain | more

    names = {"VISIT": "Besuch", "TIME": "Zeit", "EVENT": "Ereignis", "ITEMS": ["Ware"], "AMOUNTS": ["Preis"]}
    chinese = {"VISIT": "访问", "TIME": "时间", "EVENT": "事件", "ENCODING": "gb18030"}
    stamped = {"VISIT": "sid", "TIME": "ts", "EVENT": "what happened", "AMOUNTS": ["price"]}
    return {
        "seconds": case("seconds.csv", "order", 5, **stamped),
        "german": case("german.csv", "Kauf", 4, ENCODING="cp1252", **names),
        "chinese": case("chinese.csv", "购买", 3, **chinese),
        "noise": case("noise.csv.gz", "1", 5, ORDER="place"),
        "amount": case("amount.csv", "sign up", 2, AMOUNTS=["price"]),
    }


def check(stdout: str) -> None:
    """Events are read as what they are; order is learnt where it counts; where it does not, this is said."""
    (target,) = re.findall(r"events after '(.+)' ignored", stdout)
    lowest, highest, beats = EXPECTED[target]
    (sizes,) = re.findall(r"training, validation and test: (\[\[.+\]\])$", stdout, re.M)
    both = np.array(re.findall(r"\d+", sizes), int).reshape(3, 2)
    assert both.min() >= 5 and 0.6 < both[0].sum() / both.sum() < 0.8, stdout
    assert f"{both.sum():,} visits undecided" in stdout, stdout
    interval = rf"AUC {NUMBER} \(95 % interval {NUMBER} to {NUMBER}\)$"
    found = re.findall(rf"(?m)^(.+): {interval}", stdout)
    differences = [f"GRU minus {name}" for name in RIVALS]
    assert [name for name, *_ in found] == [*RIVALS, "GRU", *differences], stdout
    values = {name: tuple(map(float, rest)) for name, *rest in found}
    assert values["constant"] == (0.5, 0.5, 0.5) and lowest <= values["GRU"][0] <= highest, stdout
    for name, (middle, low, high) in values.items():
        assert low <= middle <= high, stdout
        assert name == "constant" or high - low > 0.005, stdout
    for name in RIVALS:
        middle, low, _ = values[f"GRU minus {name}"]
        assert abs(middle - (values["GRU"][0] - values[name][0])) < 0.0021, stdout
        assert (low <= 0) == (f"does not clearly beat '{name}'" in stdout) or low == 0, stdout
    said = [f"does not clearly beat '{name}'" in stdout for name in RIVALS[1:]]
    assert beats is None or said == [not beats] * 2, stdout
    assert ("sorted: " in stdout) == (target == "Kauf"), stdout
    lost = re.findall(r"left out: (\d+) rows without visit, time or event, (\d+) doubles", stdout)[0]
    few = lost[0] == "0" and int(lost[1]) < 60  # the same event twice in a second, by chance
    assert lost == ("40", "70") if target == "Kauf" else few, stdout
    assert "times without hours" not in stdout, stdout
    assert ("afterwards: all good" in stdout) == (target == "Kauf"), stdout


def make_faults(folder: Path) -> dict[str, tuple[dict[str, object], str]]:
    """CSVs that the starter must refuse: for each, its constants, and a piece of its message."""
    rng = np.random.default_rng(67)
    good = visits(rng, 500, SHOP, "order", after=5)
    early = good[good["event"] != "order"]
    at_once = early[early["place"] == 1].assign(place=0, event="order")
    months = pd.to_datetime(good["time"]).dt.month
    frames = {
        "visit": (good, {"VISIT": "visits"}, "no column 'visits'; did you mean one of ['visit']"),
        "item": (good, {"ITEMS": ["product"]}, "no column 'product'"),
        "target": (good, {"TARGET_EVENT": "Order"}, "no event 'Order'; 'event' holds ['look', 'search'"),
        "times": (good.assign(time=good["time"].astype(str).where(good["visit"] > 0, "soon")), {}, "'soon'"),
        "words": (
            good.assign(time="yesterday"),
            {},
            f"{len(good):,} cells cannot be read, such as ['yesterday'",
        ),
        "minutes": (good.assign(time=range(len(good))), {}, "cells cannot be read, such as ['0', '1']"),
        "places": (good.assign(place="first"), {"ORDER": "place"}, "'place' must hold numbers"),
        "amounts": (
            good.assign(price="cheap"),
            {"AMOUNTS": ["price"]},
            "'price' must hold numbers, not ['cheap']",
        ),
        "zero": (good, {"AFTER": 0}, "AFTER must be a whole number from 1 on, not 0"),
        "half": (good, {"AFTER": 2.5}, "AFTER must be a whole number from 1 on, not 2.5"),
        "long": (good, {"AFTER": 60}, "no visit has 60 events; the longest has"),
        "few": (good[good["visit"] < 150], {}, "undecided visits are too few: 200 are needed"),
        "at once": (pd.concat([early, at_once]), {"ORDER": "place"}, "0 undecided visits are too few"),
        "old only": (good[(good["event"] != "order") | (months < 6)], {}, "[without, with] are"),
        "one day": (good.assign(time="2025-03-01"), {"ORDER": "place"}, "[without, with] are"),
        "no ids": (good.assign(visit=None), {}, "no row with a visit, a time and an event"),
    }
    cases = {}
    for name, (frame, more, message) in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
        cases[name] = (name, more, message)
    good.to_csv(folder / "bar.csv", index=False, sep="|")
    german(rng).to_csv(folder / "latin.csv", index=False, sep=";", encoding="cp1252")
    for name, text in {"empty": "", "header": "visit,time,event\n"}.items():
        (folder / f"{name}.csv").write_text(text)
        cases[name] = (name, {}, "is empty, or it has a header and no rows")
    cases["bar"] = ("bar", {}, "its separator must be , or ; or a tab")
    cases["latin"] = ("latin", {}, "latin.csv is not in utf-8-sig: set another ENCODING")
    cases["absent"] = ("nothing here", {}, "There is no file")
    base = {"TARGET_EVENT": "order", "AFTER": 5, "VISIT": "visit", "TIME": "time", "EVENT": "event"}
    base |= {"ORDER": None, "ITEMS": [], "AMOUNTS": [], "OUT": str(folder / "out")}
    return {
        case: (base | {"CSV_PATH": str(folder / f"{name}.csv")} | more, message)
        for case, (name, more, message) in cases.items()
    }


# Appended to the starter: the saved file on new events, what it refuses, and the list that it leaves.
AFTERWARDS = {
    "german": """
listed = pd.read_csv(Path(OUT) / "undecided.csv", dtype={VISIT: "str"})
assert listed["rank"].tolist() == [*range(1, len(listed) + 1)] and set(listed["came"]) == {"yes", "no"}
assert listed["probability"].is_monotonic_decreasing and listed["start"].is_monotonic_increasing is False
again = score(CSV_PATH, model)
assert len(again) == len(y) and again[VISIT].is_unique and "came" not in again
both = again.merge(listed, on=VISIT)
assert len(both) == len(listed) and np.allclose(both["probability_x"], both["probability_y"], atol=1e-6)
new = pd.read_csv(CSV_PATH, sep=";", dtype="str", encoding=ENCODING).dropna(subset=VISIT).drop_duplicates()
new["order"] = pd.to_datetime(new[TIME], format="%d.%m.%Y %H:%M:%S")
new = new.sort_values("order", kind="stable")
late = new.groupby(VISIT).cumcount() >= AFTER
new[~late & ~new[VISIT].isin(new[VISIT][~late & new[EVENT].eq(TARGET_EVENT)])].drop(columns="order").to_csv(
    "new.csv", sep=";", index=False, encoding=ENCODING)  # what follows is not known yet
soon = score("new.csv", model).merge(again, on=VISIT)
assert len(soon) == len(again) and np.allclose(soon["probability_x"], soon["probability_y"], atol=1e-6)
one = new[new[VISIT] == listed[VISIT][0]].head(AFTER)
one.to_csv("one.csv", sep=";", index=False, encoding=ENCODING)
assert abs(score("one.csv", model)["probability"][0] - listed["probability"][0]) < 1e-6
strange = one.assign(**{EVENT: "Neuheit", "Ware": "neu", "Preis": "?"})
strange.to_csv("one.csv", sep=",", index=False, encoding=ENCODING)
assert 0 < score("one.csv", model)["probability"][0] < 1
for wrong, name in [(one.head(AFTER - 1), model), (one.drop(columns="Ware"), model)]:
    wrong.to_csv("one.csv", index=False, encoding=ENCODING)
    try:
        score("one.csv", name)
        raise SystemExit("not refused")
    except ValueError as error:
        print("refused:", error)
for times in (["2025-03-05 14:22", "2025-03-05T14:22:00Z"], ["1741184520"] * 2, ["1741184520000"] * 2,
              ["05.03.2025 14:22:00"] * 2, ["03/25/2025 14:22"] * 2):
    assert to_time(pd.Series(times)).dt.strftime("%Y %H:%M").eq("2025 14:22").all(), times
assert to_time(pd.Series(["05/03/2025"])).dt.month[0] == 3
assert to_time(pd.Series(["20250305"])).dt.strftime("%Y-%m-%d")[0] == "2025-03-05"
numbers = to_number(pd.Series(["1.234,50 €", "1,234.5", "12,5", "$3", "-4", "1e3", "x", None]))
assert numbers.tolist()[:6] == [1234.5, 1234.5, 12.5, 3, -4, 1000] and numbers[6:].isna().all()
from mktutils.metrics import auc_interval, paired_auc_difference  # an independent DeLong
def shown(v):
    return v[y2 == 1].mean(), 1.96 * sum(v[y2 == k].var(ddof=1) / (y2 == k).sum() for k in (0, 1)) ** 0.5
for kind, guess in (said | {"GRU": p}).items():
    reference = auc_interval(y2, guess)
    assert np.allclose(shown(placed[kind]), (reference.auc, reference.high - reference.auc), atol=1e-4), kind
for kind, guess in said.items():
    reference = paired_auc_difference(y2, p, guess)
    expected = reference.difference, reference.high - reference.difference
    assert np.allclose(shown(placed[f"GRU minus {kind}"]), expected, atol=1e-4), kind
assert abs(middle - (placed["GRU"] - placed["counts, boosted trees"])[y2 == 1].mean()) < 1e-9
assert abs(half - shown(placed["GRU minus counts, boosted trees"])[1]) < 1e-9
came = (listed["came"] == "yes").astype(int)
assert abs(auc_interval(came, listed["probability"]).auc - placed["GRU"][y2 == 1].mean()) < 1e-6
print("afterwards: all good")
"""
}
