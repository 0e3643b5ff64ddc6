"""Five CSVs that lesson 04 never saw, what its starter must print for them, and CSVs that it must refuse."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

LOSES = "does not clearly beat"  # in "messy" the law is a sum of one effect per column

# For each CSV, told by the label: AUC of the network on the test rows, letters as a share of the test rows,
# whether it must beat the logistic regression (None: either), and the columns by which the output is known.
EXPECTED = {
    "order again": ((0.80, 0.93), (0.2, 0.8), LOSES, ("year", "spend", "joined", "city", "origin", "visits")),
    "bought": ((0.74, 0.92), (0.05, 0.6), None, ("visits", "orders", "spend", "channel")),
    "réponse": ((0.60, 0.95), (0.1, 0.9), None, ("âge", "région", "zone")),
    "reply": ((0.30, 0.70), (0.0, 1.0), None, ("a", "b")),
    "hit": ((0.90, 1.00), (0.2, 0.8), "beats", ("x", "y", "kind")),
}
SAID = {
    "order again": {
        "left out: free text": ["note"],
        "left out: like an identifier": ["letter no", "mail"],
        "left out: constant": ["country", "empty"],
        "left out: no level has 20": ["street"],
        "number, ": ["year", "spend", "share", "mini", "tip"],
        "date %d-%m-%Y, ": ["joined"],
        "category, ": ["city", "origin", "plz"],
    },
    "bought": {"category, 4 of 4": ["channel"], "number, ": ["spend"]},
    "réponse": {"number, ": ["âge"], "category, 3 of 3": ["région"], "category, 2 of 2": ["zone"]},
    "reply": {"number, ": ["a", "b"]},
    "hit": {"number, ": ["x", "y"], "category, 2 of 2": ["kind"]},
}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def euros(values) -> list[str]:
    return [f"{v:,.2f} €".translate(str.maketrans(",.", ".,")) for v in values]


def messy(rng, rows: int = 6_000) -> pd.DataFrame:
    """A European export: decimal commas, dates, gaps, a long tail of cities, identifiers, free text."""
    spend, share, year = rng.lognormal(4, 1.5, rows), rng.random(rows), rng.integers(1940, 2006, rows)
    joined = pd.Timestamp("2019-01-01") + pd.to_timedelta(rng.integers(0, 2_000, rows), "D")
    names = [f"Stadt {i}" for i in range(400)]
    city = rng.choice(names, rows, p=(weights := 1 / np.arange(1, 401)) / weights.sum())
    origin = rng.choice(["Web", "web ", "Laden", "Telefon"], rows).astype(object)
    z = 1.3 * (np.log(spend) - 4) + 3 * (share - 0.5) + 1.0 * (origin == "Laden") - 1.2
    z = z - 0.0012 * ((joined - joined.min()).days - 1_000)
    z = z + 0.8 * np.isin(city, names[:3])
    df = pd.DataFrame(
        {"letter no": rng.permutation(rows) + 70_000, "mail": [f"k{i}@x.de" for i in range(rows)]}
    )
    df = df.assign(spend=euros(spend), share=[f"{100 * v:.0f} %" for v in share], year=year, city=city)
    df["tip"] = [f"{v:,.1f}" for v in rng.lognormal(7, 2, rows)]
    df["mini"] = [f"{v:.2e}" for v in rng.random(rows) * 1e-5]
    df = df.assign(joined=joined.strftime("%d.%m.%Y"), origin=origin, country="DE", empty=None)
    df["visits"] = rng.poisson(3, rows)
    df["plz"] = [f"0{v}" for v in rng.integers(1_000, 1_030, rows)]
    df["street"] = [f"Weg {v}" for v in rng.integers(0, 3_000, rows)]
    df["note"] = [f"call back number {v} before the end of the week" for v in rng.integers(0, 9**9, rows)]
    df["order again"] = np.where(rng.random(rows) < sigmoid(z), "Yes", "No")
    df.loc[rng.random(rows) < 0.1, "spend"] = None
    df.loc[rng.random(rows) < 0.02, "share"] = "unknown"
    df.loc[rng.random(rows) < 0.1, "joined"] = None
    df.loc[rng.random(rows) < 0.2, "city"] = None
    return df


def shop(rng, rows: int = 5_000) -> pd.DataFrame:
    """Customers in several months, as the shop's table, with a new channel in the last of them."""
    person = rng.integers(0, 1_200, rows)
    day = pd.Timestamp("2024-03-01") + pd.to_timedelta(np.sort(rng.integers(0, 400, rows)), "D")
    channel = rng.choice(["mail", "search", "social", "shop"], rows).astype(object)
    visits, orders = rng.poisson(5, rows) + 0.0, rng.poisson(2, rows)
    z = -4 + 1.6 * np.sqrt(visits) * (channel == "mail") + 0.5 * orders
    df = pd.DataFrame({"person": [f"P{p}" for p in person], "day": day.strftime("%Y-%m-%d 09:30:00")})
    df = df.assign(visits=visits, orders=orders, spend=[f"€{v:,.2f}" for v in rng.lognormal(7, 1, rows)])
    df = df.assign(channel=channel, bought=(rng.random(rows) < sigmoid(z)).astype(int))
    df["refund"] = df["bought"] * rng.random(rows)
    df.loc[rng.random(rows) < 0.005, "visits"] = np.inf
    df.loc[rows - 60 :, "channel"] = "app"
    return df


def make_csvs(folder: Path) -> dict[str, dict[str, object]]:
    """Write the CSVs; return, for each, the constants of the starter that point to it."""
    rng = np.random.default_rng(44)
    messy(rng).to_csv(folder / "messy.csv", index=False, sep=";", encoding="utf-8-sig")
    shop(rng).to_csv(folder / "shop.csv", index=False)
    age, region = rng.integers(18, 80, 400), rng.choice(["Île", "Sud", "Est"], 400)
    small = pd.DataFrame({"âge": age, "région": region, "zone": np.where(age % 2, "a", "b")})
    small["réponse"] = rng.random(400) < sigmoid((age - 50) / 12 + (region == "Sud"))
    small.to_csv(folder / "small.csv", index=False, sep="\t", encoding="latin-1")
    noise = pd.DataFrame({"a": rng.normal(size=1_500), "b": rng.normal(size=1_500)})
    noise.assign(reply=(rng.random(1_500) < 0.2).astype(float)).to_csv(folder / "noise.csv", index=False)
    cross = pd.DataFrame({"x": rng.normal(size=4_000), "y": rng.normal(size=4_000)})
    cross["kind"] = rng.choice(["u", "v"], 4_000)
    z = 5 * np.sign(cross["x"]) * cross["y"] * np.where(cross["kind"] == "u", 1, -1)
    cross.assign(hit=np.where(rng.random(4_000) < sigmoid(z), "TRUE", "FALSE")).to_csv(
        folder / "cross.csv", index=False
    )
    alone = {"DATE": None, "ID": None, "COST, VALUE": (1.0, 3.0)}

    def case(name: str, label: str, **more) -> dict[str, object]:
        paths = {"CSV_PATH": str(folder / f"{name}.csv"), "OUT": str(folder / f"{name} out")}
        return paths | {"LABEL": label} | alone | more

    dated = {"DATE": "day", "ID": "person", "DROP": ["refund"], "COST, VALUE": (0.5, 2.0)}
    return {
        "messy": case("messy", "order again"),
        "shop": case("shop", "bought", **dated),
        "small": case("small", "réponse"),
        "noise": case("noise", "reply"),
        "cross": case("cross", "hit"),
    }


def check(stdout: str) -> None:
    """Columns are read as what they are; the list pays; the network wins where it can, and only there."""
    said = dict(re.findall(r"(?m)^  (.+?): ((?:number|date|category|left out).*)$", stdout))
    (label,) = (label for label, value in EXPECTED.items() if set(value[3]) <= set(said))
    auc_range, share, verdict, _ = EXPECTED[label]
    for text, columns in SAID[label].items():
        for column in columns:
            assert said[column].startswith(text), (column, said[column], stdout)
    assert not {"refund", "person", "day", label} & set(said), stdout
    tests = re.findall(r"(?m)^test, ([a-z ]+): log-loss ([\d.]+), AUC ([\d.]+)$", stdout)
    assert [name for name, *_ in tests] == ["constant", "logistic regression", "network"], stdout
    (_, base, half), (_, line, _), (_, loss, auc) = tests
    assert half == "0.500" and auc_range[0] < float(auc) < auc_range[1], stdout
    assert float(loss) < float(line) + 0.01 and float(loss) < float(base) + 0.01, stdout
    ece, letters, rows = re.search(r"error ([\d.]+); ([\d,]+) of ([\d,]+) letters", stdout).groups()
    letters, rows = int(letters.replace(",", "")), int(rows.replace(",", ""))
    assert float(ece) < 2 / np.sqrt(rows) and share[0] <= letters / rows <= share[1], stdout
    number = r"(-?[\d,.]+)"
    gains = re.findall(rf"(?m)^([a-z].+): {number} \(95 % interval {number} to {number}\)$", stdout)
    gains = [[float(v.replace(",", "")) for v in values] for _, *values in gains]
    assert len(gains) == 3 and all(low <= middle <= high for middle, low, high in gains), stdout
    (said_verdict,) = re.findall(r"(?m)^The network (.+) the logistic regression\.$", stdout)
    assert (gains[2][1] > 0) == (said_verdict == "beats"), stdout
    assert said_verdict == verdict or verdict is None, stdout
    if label != "reply":
        assert gains[0][1] > 0 and (gains[1][1] > 0 or label == "réponse"), stdout
    assert ("is not UTF-8" in stdout) == (label == "réponse"), stdout
    assert ("channel: 60 cells such as 'app'" in stdout) == (label == "bought"), stdout


def make_faults(folder: Path) -> dict[str, tuple[dict[str, object], str]]:
    """CSVs that the starter must refuse: for each, its constants, and a piece of its message."""
    rng = np.random.default_rng(45)
    age, day = rng.integers(18, 80, 600), pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(600), "D")
    good = pd.DataFrame({"age": age, "day": day.strftime("%Y-%m-%d"), "shop": rng.choice(["a", "b"], 600)})
    good["bought"] = (rng.random(600) < sigmoid((age - 50) / 10)).astype(int)
    leak = good.assign(refund=np.where(good["bought"] == 1, rng.random(600).round(3), np.nan))
    texts = {"empty": "", "header": "age,bought\n", "ragged": "age,bought\n1,0\n2,1,5,7\n"}
    frames = {
        "label": (good, {"LABEL": "Bought"}, "no column 'Bought'; did you mean one of ['bought']"),
        "date": (good, {"DATE": "dya"}, "no column 'dya'; did you mean one of ['day'"),
        "drop": (good, {"DROP": ["shops"]}, "no column 'shops'; did you mean one of ['shop']"),
        "three": (good.assign(bought=rng.choice([*"xyz"], 600)), {}, "must hold no and yes"),
        "words": (good.replace({"bought": {0: "stays", 1: "leaves"}}), {}, "'stays'"),
        "gaps": (good.assign(bought=good["bought"].mask(age > 70)), {}, "remove these rows"),
        "constant": (good.assign(bought=1), {}, "600 of 600 rows are 1"),
        "few": (good.assign(bought=[1] * 29 + [0] * 571), {}, "29 of 600 rows are 1"),
        "leak": (leak, {}, "['refund'] alone tell 'bought'"),
        "twin": (good.assign(copy=np.where(good["bought"] == 1, "no", "yes")), {}, "['copy'] alone tell"),
        "no date": (good.assign(day="soon"), {"DATE": "day"}, "'day' must hold days: ['soon', 'soon']"),
        "one day": (good.assign(day="2025-01-01"), {"DATE": "day"}, "too few [0, 1]"),
        "no feature": (good[["bought"]].assign(one=1), {}, "no column left"),
        "no value": (good, {"ALLOW": ["colour"]}, "no column 'colour'"),
    }
    cases = {
        name: (name, {}, message) for name, message in zip(texts, ["is empty"] * 2 + ["line 3"], strict=True)
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    for name, (frame, more, message) in frames.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
        cases[name] = (name, more, message)
    cases["absent"] = ("nothing here", {}, "There is no file")
    base = {"LABEL": "bought", "DATE": None, "ID": None, "OUT": str(folder / "out")}
    return {
        case: (base | {"CSV_PATH": str(folder / f"{name}.csv")} | more, message)
        for case, (name, more, message) in cases.items()
    }


# Appended to the starter on the case "messy": the saved file on new rows, and what it refuses.
AFTERWARDS = {
    "messy": """
new = pd.read_csv(CSV_PATH, sep=";", dtype="str").drop(columns=LABEL)
new.to_csv("new.csv", index=False)  # another separator, no label
again = score("new.csv", model)
both = again.merge(scored, on="mail")
assert len(both) == len(scored) and np.allclose(both["probability_x"], both["probability_y"], atol=1e-6)
assert (both["write_x"] == both["write_y"]).all() and again["rank"].tolist() == [*range(1, len(new) + 1)]
one = again.drop(columns=["probability", "rank", "write"]).head(1)
one[one.columns[::-1]].to_csv("one.csv", index=False)  # one row, columns in another order
assert abs(score("one.csv", model)["probability"].iloc[0] - again["probability"].iloc[0]) < 1e-6
for cell in ("Atlantis", "Stadt 399", None):  # never seen, rare and missing cities
    one.assign(city=cell, spend="many", joined="soon").to_csv("one.csv", index=False)
    assert 0 < score("one.csv", model)["probability"].iloc[0] < 1
try:
    one.drop(columns="spend").rename(columns={"share": "shares"}).to_csv("one.csv", index=False)
    score("one.csv", model)
except ValueError as error:
    print("refused:", error)
listed = pd.read_csv(Path(OUT) / "list.csv")
assert listed["rank"].is_monotonic_increasing and set(listed["write"]) == {"yes", "no"}
assert ((listed["probability"] >= COST / VALUE) == (listed["write"] == "yes")).all()
assert (Path(OUT) / "lift.png").stat().st_size > 5_000
print("afterwards: all good")
"""
}
