"""Cleaning, splitting, encoding and the leakage check: hand cases, properties, independent references."""

import datetime
import pickle
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats.mstats import winsorize
from sklearn.base import clone
from sklearn.feature_extraction import FeatureHasher
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, StandardScaler, TargetEncoder
from sklearn.utils.estimator_checks import check_estimator

from mktutils.preprocessing import (
    ColumnHasher,
    LeakageError,
    Winsorizer,
    check_no_leakage,
    make_preprocessor,
    normalise_text,
    parse_date,
    parse_number,
    split_by_group,
    split_by_time,
)

# --- numbers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", 1234.5),
        ("€1.234,50", 1234.5),
        ("312", 312),
        ("12 min", 12),
        ("12,5", 12.5),
        (" 7 ", 7),
        ("1,234", 1234),  # the documented rule
        ("1.234", 1.234),  # the documented rule
        ("0,123", 0.123),
        ("1,234,567", 1234567),
        ("1.234.567", 1234567),
        ("1 234,50", 1234.5),
        ("1\u202f234\u00a0567.5", 1234567.5),
        ("1'234.50", 1234.5),
        ("1’234", 1234),
        ("0,00", 0),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5),
        ("-3", -3),
        ("−3,5", -3.5),
        ("+3", 3),
        ("-€5", -5),
        ("€-5", -5),
        ("(5.00)", -5),
        ("12 %", 12),
        ("12.50 EUR", 12.5),
        ("$ 12.50", 12.5),
        ("1e3", 1000),
        ("2.5E-1", 0.25),
        ("12min.", 12),
    ],
)
def test_parse_number_reads_each_format(text, number):
    assert parse_number(pd.Series([text])).tolist() == [number]


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "12 13",
        "1,23,456",
        "1.2.3",
        "1,234.5.6",
        "12k",
        "3 Mio",
        "--3",
        "-€-3",
        "(5",
        "5)",
        "1 23",
        "€",
        "1e",
        "12,34,56.7",
        "0x10",
        "inf",
        "True",
        "1,2,3",
    ],
)
def test_parse_number_refuses_what_is_no_number(text):
    with pytest.raises(ValueError, match="as a number in column 'spend' at row 7"):
        parse_number(pd.Series(["1", text], index=[3, 7], name="spend"))
    assert parse_number(pd.Series(["1", text]), errors="coerce").isna().tolist() == [False, True]


def test_parse_number_makes_missing_words_nan():
    series = pd.Series(["", None, "n/a", " N/A ", "-", np.nan, pd.NA, "4"], dtype="object")
    assert parse_number(series).isna().tolist() == [True] * 7 + [False]
    assert parse_number(pd.Series(["unknown"]), missing=["Unknown"]).isna().all()


def test_parse_number_follows_the_decimal_sign_given():
    values = pd.Series(["1.234", "1,234"])
    assert parse_number(values, decimal=",").tolist() == [1234, 1.234]
    assert parse_number(values, decimal=".").tolist() == [1.234, 1234]
    with pytest.raises(ValueError, match="'12,5'"):
        parse_number(pd.Series(["12,5"]), decimal=".")
    with pytest.raises(ValueError, match="decimal must be one of"):
        parse_number(values, decimal=";")


def test_parse_number_keeps_index_name_and_numbers():
    result = parse_number(pd.Series([3, None], index=["a", "b"], name="n", dtype="Int64"))
    assert result.dtype == "float64" and result.name == "n" and result["a"] == 3 and np.isnan(result["b"])
    assert parse_number(pd.Series([2.5, "3", 4], dtype="object")).tolist() == [2.5, 3, 4]
    with pytest.raises(ValueError, match="cannot read True"):
        parse_number(pd.Series([True, False]))


def test_parse_number_converts_units_and_refuses_a_silent_mix():
    visits = pd.Series(["90 min", "2 h", "5"], name="stay")
    assert parse_number(visits, units={"min": 1, "H": 60}).tolist() == [90, 120, 5]
    with pytest.raises(
        ValueError,
        match=r"different units in one column in column 'stay': 'min' \(row "
        r"0\), 'h' \(row 1\)",
    ):
        parse_number(visits)
    with pytest.raises(ValueError, match="'2 h'"):
        parse_number(visits, units={"min": 1})
    with pytest.raises(ValueError, match="different currencies"):
        parse_number(pd.Series(["€5", "5 USD"]))
    assert parse_number(pd.Series(["12k", "5"]), units={"k": 1000}).tolist() == [12_000, 5]


def test_cleaners_want_a_series():
    for function in (parse_number, parse_date, normalise_text):
        with pytest.raises(TypeError, match="Series"):
            function(["1"])


@given(st.decimals(min_value=-10_000_000, max_value=10_000_000, places=2))
def test_parse_number_reads_back_both_conventions(value):
    english = f"{value:,.2f}"
    continental = english.translate(str.maketrans(",.", ".,"))
    assert parse_number(pd.Series([english, continental, f"{value}"])).tolist() == [float(value)] * 3


# --- dates -------------------------------------------------------------------------------------------------


def test_parse_date_reads_the_formats_of_the_shop():
    texts = [
        "2024-03-05",
        "05.03.2024",
        "Mar 5, 2024",
        "March 5, 2024",
        " 2024-03-05 ",
        "2024-03-05 00:00:00",
    ]
    result = parse_date(pd.Series(texts, name="day", index=range(10, 16)))
    assert result.eq(pd.Timestamp("2024-03-05")).all()
    assert result.dtype == "datetime64[us]" and result.name == "day" and result.index[0] == 10


def test_parse_date_keeps_missing_and_parsed_dates():
    assert parse_date(pd.Series(["n/a", None, "", "2024-03-05"])).isna().tolist() == [True, True, True, False]
    assert parse_date(pd.Series([None, None], dtype="object")).isna().all()
    parsed = pd.Series(pd.to_datetime(["2024-03-05"]))
    assert parse_date(parsed).equals(parsed)
    assert parse_date(pd.Series([datetime.date(2024, 3, 5)]))[0] == pd.Timestamp("2024-03-05")


@pytest.mark.parametrize("text", ["03/05/2024", "2024-02-30", "05.13.2024", "soon", "20240305"])
def test_parse_date_names_value_and_row_of_what_fits_no_format(text):
    with pytest.raises(ValueError, match=f"cannot read '{text}' as a date in column 'day' at row 1"):
        parse_date(pd.Series(["2024-03-05", text], name="day"))
    assert parse_date(pd.Series(["2024-03-05", text]), errors="coerce").isna().tolist() == [False, True]


def test_parse_date_refuses_two_readings():
    formats = ("%d/%m/%Y", "%m/%d/%Y")
    with pytest.raises(ValueError, match="'03/05/2024' at row 1 fits both '%d/%m/%Y' and '%m/%d/%Y'"):
        parse_date(pd.Series(["25/12/2024", "03/05/2024"]), formats=formats)
    assert parse_date(pd.Series(["25/12/2024", "05/05/2024"]), formats=formats).dt.month.tolist() == [12, 5]
    assert parse_date(pd.Series(["03/05/2024"]), formats="%d/%m/%Y")[0] == pd.Timestamp("2024-05-03")


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%b %d, %Y"]),
)
@settings(max_examples=40, deadline=None)
def test_parse_date_reads_back_what_was_written(day, fmt):
    assert parse_date(pd.Series([day.strftime(fmt)]))[0] == pd.Timestamp(day)


# --- text --------------------------------------------------------------------------------------------------


def test_normalise_text_unifies_case_space_and_hyphens():
    series = pd.Series(
        ["  E-Mail", "e–mail", "E\u2011MAIL ", "e - mail", "Straße", "paid\u00a0 search", "ｅmail"]
    )
    assert normalise_text(series).tolist() == ["e-mail"] * 4 + ["strasse", "paid search", "email"]


def test_normalise_text_keeps_missing_and_empties_blank():
    result = normalise_text(pd.Series([None, "", "  ", "x"], name="c", index=list("abcd")))
    assert result.isna().tolist() == [True, True, True, False]
    assert result.dtype == "str" and result.name == "c" and list(result.index) == list("abcd")


def test_normalise_text_joins_words_in_one_way():
    assert normalise_text(pd.Series(["t shirt", "T-Shirt", "t_ shirt"]), joiner="-").unique().tolist() == [
        "t-shirt"
    ]


def test_normalise_text_maps_synonyms_after_cleaning():
    series = pd.Series(["EMAIL ", "E-Mail", "mail", None])
    result = normalise_text(series, synonyms={"Email": "e-mail", " Mail": "e-mail"})
    assert result.tolist()[:3] == ["e-mail"] * 3 and result.isna()[3] and result.dtype == "str"
    with pytest.raises(ValueError, match="two values for 'mail': 'a' and 'b'"):
        normalise_text(series, synonyms={"mail": "a", "MAIL ": "b"})


@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=8))
def test_normalise_text_is_idempotent(texts):
    once = normalise_text(pd.Series(texts, dtype="str"))
    pd.testing.assert_series_equal(normalise_text(once), once)


# --- splits ------------------------------------------------------------------------------------------------


def months(n=6):
    return pd.DataFrame(
        {"day": pd.date_range("2024-01-01", periods=n, freq="MS"), "x": range(n)}, index=range(50, 50 + n)
    )


def test_split_by_time_puts_the_cut_day_into_the_later_part():
    train, valid, test = split_by_time(months(), "day", train_end="2024-03-01", valid_end="2024-05-01")
    assert [part["x"].tolist() for part in (train, valid, test)] == [[0, 1], [2, 3], [4, 5]]
    assert test.index.tolist() == [54, 55]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=3, max_size=40), st.integers(1, 299), st.integers(1, 299))
def test_split_by_time_never_puts_a_later_row_in_train(days, first, second):
    df = pd.DataFrame({"day": pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D")})
    cuts = [pd.Timestamp("2024-01-01") + pd.Timedelta(days=d) for d in (first, second)]
    try:
        train, valid, test = split_by_time(df, "day", train_end=cuts[0], valid_end=cuts[1])
    except ValueError:
        assert first >= second or not all(
            any(lo <= d < hi for d in days) for lo, hi in ((-1, first), (first, second), (second, 999))
        )
        return
    assert (
        train["day"].max()
        < cuts[0]
        <= valid["day"].min()
        <= valid["day"].max()
        < cuts[1]
        <= test["day"].min()
    )
    assert sorted([*train.index, *valid.index, *test.index]) == df.index.tolist()


@pytest.mark.parametrize(
    ("change", "cuts", "text"),
    [
        (
            lambda df: df.assign(day=df["day"].astype(str)),
            ("2024-03-01", "2024-05-01"),
            "not dates. Parse it first",
        ),
        (
            lambda df: df.assign(day=df["day"].mask(df["x"] == 3)),
            ("2024-03-01", "2024-05-01"),
            "1 missing dates.*row 53",
        ),
        (lambda df: df, ("2024-05-01", "2024-03-01"), "train_end must lie before valid_end"),
        (lambda df: df, ("2024-03-01", "2024-03-01"), "train_end must lie before valid_end"),
        (lambda df: df, ("2023-03-01", "2024-05-01"), "the train part is empty"),
        (lambda df: df, ("2024-03-02", "2024-03-15"), "the valid part is empty"),
        (lambda df: df, ("2024-03-01", "2025-05-01"), "the test part is empty"),
        (lambda df: df, ("soon", "2025-05-01"), "train_end='soon'"),
        (lambda df: df, (None, "2025-05-01"), "train_end must lie before|must be dates"),
        (
            lambda df: df.assign(day=df["day"].dt.tz_localize("UTC")),
            ("2024-03-01", "2024-05-01"),
            "can be compared",
        ),
        (lambda df: df.rename(columns={"day": "date"}), ("2024-03-01", "2024-05-01"), "no column 'day'"),
    ],
)
def test_split_by_time_says_what_is_wrong(change, cuts, text):
    with pytest.raises(ValueError, match=text):
        split_by_time(change(months()), "day", train_end=cuts[0], valid_end=cuts[1])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=40, max_size=80),
    st.integers(0, 5),
    st.floats(0.1, 0.4),
    st.floats(0.1, 0.4),
)
def test_split_by_group_never_shares_a_group_and_loses_no_row(groups, seed, valid, test):
    df = pd.DataFrame({"customer": [*groups, *range(31)]})
    parts = split_by_group(df, "customer", valid=valid, test=test, seed=seed)
    sets = [set(part["customer"]) for part in parts]
    assert not (sets[0] & sets[1] or sets[0] & sets[2] or sets[1] & sets[2])
    assert [len(s) for s in sets[1:]] == [round(31 * valid), round(31 * test)]
    assert sorted(i for part in parts for i in part.index) == list(range(len(df)))


def test_split_by_group_does_not_depend_on_row_order():
    df = pd.DataFrame({"customer": [f"C{i}" for i in range(40)] * 2})
    first = split_by_group(df, "customer", seed=3)
    second = split_by_group(df.sample(frac=1, random_state=0), "customer", seed=3)
    for a, b in zip(first, second, strict=True):
        assert set(a["customer"]) == set(b["customer"])
    assert set(first[2]["customer"]) != set(split_by_group(df, "customer", seed=4)[2]["customer"])


def test_split_by_group_keeps_row_order_and_allows_no_validation_part():
    df = pd.DataFrame({"customer": list("abcdefghij")})
    train, valid, test = split_by_group(df, "customer", valid=0, seed=0)
    assert valid.empty and len(test) == 2 and train.index.is_monotonic_increasing


@pytest.mark.parametrize(
    ("groups", "options", "text"),
    [
        (["a", None, "b"], {}, "1 missing groups, the first at row 1"),
        (["a", "b"], {}, "2 groups in column 'customer' are too few"),
        (list("abcdef"), {"valid": -0.1}, r"valid must lie in \[0, 1\); got -0.1"),
        (list("abcdef"), {"test": 1.0}, "test must lie in"),
        (list("abcdef"), {"valid": 0.5, "test": 0.5}, "must be below 1"),
    ],
)
def test_split_by_group_says_what_is_wrong(groups, options, text):
    with pytest.raises(ValueError, match=text):
        split_by_group(pd.DataFrame({"customer": groups}), "customer", seed=0, **options)


# --- Winsorizer and ColumnHasher ---------------------------------------------------------------------------


def test_winsorizer_obeys_the_rules_of_scikit_learn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check_estimator(Winsorizer(), on_skip=None)


def test_winsorizer_agrees_with_scipy_where_the_quantiles_are_values():
    values = np.random.default_rng(0).permutation(101).astype(float)
    result = Winsorizer(lower=0.05, upper=0.9).fit_transform(values[:, None]).ravel()
    assert np.array_equal(result, winsorize(values, limits=(0.05, 0.1)).data)


def test_winsorizer_takes_its_bounds_from_the_training_rows_and_keeps_missing():
    winsorizer = Winsorizer(lower=0, upper=1).fit(pd.DataFrame({"x": [1.0, 2.0, np.nan, 3.0]}))
    result = winsorizer.transform(pd.DataFrame({"x": [-5.0, np.nan, 900.0]})).ravel()
    assert result[[0, 2]].tolist() == [1, 3] and np.isnan(result[1])


@pytest.mark.parametrize("levels", [(0.9, 0.1), (0.5, 0.5), (-0.1, 0.9), (0.1, 1.1)])
def test_winsorizer_refuses_levels_out_of_order(levels):
    with pytest.raises(ValueError, match="need 0 <= lower < upper <= 1; got"):
        Winsorizer(lower=levels[0], upper=levels[1]).fit([[1.0], [2.0]])


def test_winsorizer_refuses_a_column_without_values():
    with pytest.raises(ValueError, match="column 'b' has no value"):
        Winsorizer().fit(pd.DataFrame({"a": [1.0], "b": [np.nan]}))


def test_column_hasher_equals_feature_hasher_and_needs_no_known_category():
    hasher = ColumnHasher(n_features=8).fit(pd.DataFrame({"a": ["x"], "b": ["y"]}))
    result = hasher.transform(pd.DataFrame({"b": ["new"], "a": ["other"]}))
    reference = FeatureHasher(n_features=8, input_type="string").transform([["other"], ["new"]]).toarray()
    assert np.array_equal(result, reference.reshape(1, 16))
    assert hasher.get_feature_names_out().tolist()[7:9] == ["a_hash7", "b_hash0"]


# --- make_preprocessor -------------------------------------------------------------------------------------


def customers(n=400, seed=0):
    rng = np.random.default_rng(seed)
    df = pd.DataFrame(
        {
            "age": rng.normal(40, 10, n).round(),
            "spend": rng.lognormal(3, 1, n),
            "channel": rng.choice(["search", "e-mail", "social"], n),
            "membership": rng.choice(["bronze", "silver", "gold"], n),
            "city": rng.choice([f"city{i}" for i in range(20)], n),
            "postcode": rng.choice([f"P{i:03}" for i in range(200)], n),
        }
    )
    df.loc[::7, "age"] = np.nan
    df.loc[::9, "channel"] = None
    y = pd.Series((rng.random(n) < 0.3).astype(int), name="purchased")
    return df, y


def recipe(**changes):
    options = dict(
        numeric=["age"], skewed=["spend"], onehot=["channel"],
        ordinal={"membership": ["bronze", "silver", "gold"]}, target=["city"], hashed=["postcode"], n_hash=8,
    )  # fmt: skip
    return make_preprocessor(**(options | changes))


def test_preprocessor_gives_finite_float32_with_one_name_per_column():
    df, y = customers()
    preprocessor = recipe()
    X = preprocessor.fit_transform(df, y)
    assert X.dtype == np.float32 and isinstance(X, np.ndarray) and np.isfinite(X).all()
    names = preprocessor.get_feature_names_out().tolist()
    assert names == [
        "age", "spend", "missingindicator_age",
        "channel_e-mail", "channel_missing", "channel_search", "channel_social",
        "membership", "city", *[f"postcode_hash{i}" for i in range(8)],
    ]  # fmt: skip
    assert X.shape == (len(df), len(names))


def test_numeric_columns_are_imputed_flagged_and_standardised_as_by_hand():
    train = pd.DataFrame({"a": [1.0, np.nan, 3.0, 8.0], "b": [0.0, np.e - 1, 0.0, np.e**3 - 1]})
    X = make_preprocessor(numeric=["a"], skewed=["b"]).fit_transform(train)
    a = np.array([1, 3, 3, 8.0])  # the median of 1, 3, 8
    assert X[:, 0] == pytest.approx((a - a.mean()) / a.std(), abs=1e-6)
    b = np.array([0, 1, 0, 3.0])  # log(1 + b)
    assert X[:, 1] == pytest.approx((b - b.mean()) / b.std(), abs=1e-6)
    assert X[:, 2].tolist() == [0, 1, 0, 0]


def test_missing_flags_can_be_left_out_and_only_mark_training_gaps():
    df, y = customers()
    assert "missingindicator_age" not in recipe(missing_flags=False).fit(df, y).get_feature_names_out()
    gap_only_at_serving = pd.DataFrame({"a": [1.0, 2.0]})
    preprocessor = make_preprocessor(numeric=["a"]).fit(gap_only_at_serving)
    assert preprocessor.transform(pd.DataFrame({"a": [np.nan]})).tolist() == [[0.0]]  # the median


def test_ordinal_keeps_the_order_given_and_puts_unknown_and_missing_below():
    train = pd.DataFrame({"m": ["gold", "bronze", "silver"]})
    preprocessor = make_preprocessor(ordinal={"m": ["bronze", "silver", "gold"]}).fit(train)
    bronze, silver, gold, unknown, missing = preprocessor.transform(
        pd.DataFrame({"m": ["bronze", "silver", "gold", "platinum", None]})
    ).ravel()
    step = gold - silver
    assert step > 0 and silver - bronze == pytest.approx(step, rel=1e-5)
    assert unknown == missing == pytest.approx(bronze - step, rel=1e-5)


def test_rare_and_unknown_categories_share_a_column():
    train = pd.DataFrame({"c": ["a"] * 50 + ["b"] * 48 + ["x", "y"]})
    preprocessor = make_preprocessor(onehot=["c"], min_frequency=0.05).fit(train)
    assert preprocessor.get_feature_names_out().tolist() == ["c_a", "c_b", "c_infrequent_sklearn"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        X = preprocessor.transform(pd.DataFrame({"c": ["a", "x", "never seen"]}))
    assert X.tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 1]]


def test_numbers_as_categories_match_whether_whole_or_float():
    preprocessor = make_preprocessor(onehot=["store"], min_frequency=None).fit(
        pd.DataFrame({"store": [1, 2, 3]})
    )
    X = preprocessor.transform(pd.DataFrame({"store": [2.0, np.nan]}))
    assert X.tolist() == [[0, 1, 0], [0, 0, 0]]


def test_target_encoding_is_cross_fitted_only_by_fit_transform():
    rng = np.random.default_rng(0)
    df = pd.DataFrame({"id": [f"C{i % 300}" for i in range(600)]})  # two rows per category: almost a key
    y = rng.integers(0, 2, 600)
    crossed = make_preprocessor(target=["id"]).fit_transform(df, y).ravel()
    straight = make_preprocessor(target=["id"]).fit(df, y).transform(df).ravel()
    assert abs(np.corrcoef(crossed, y)[0, 1]) < 0.15  # labels are noise
    assert np.corrcoef(straight, y)[0, 1] > 0.5  # the trap
    unknown = make_preprocessor(target=["id"]).fit(df, y).transform(pd.DataFrame({"id": ["new"]}))
    reference = TargetEncoder(cv=StratifiedKFold(5, shuffle=True, random_state=0)).fit(df, y)
    encoded, cross_fitted = reference.transform(df), reference.fit_transform(df, y)
    scaled = (encoded - cross_fitted.mean()) / cross_fitted.std()  # the scaler, too, saw cross-fitted values
    assert straight == pytest.approx(scaled.ravel(), rel=1e-4, abs=1e-4)
    assert abs(unknown[0, 0]) < 0.2  # the overall mean


def test_target_encoding_is_reproducible_and_follows_the_seed():
    df, y = customers()
    a, b, c = (make_preprocessor(target=["city"], seed=s).fit_transform(df, y) for s in (1, 1, 2))
    assert np.array_equal(a, b) and not np.array_equal(a, c)


def test_column_order_and_extra_columns_do_not_matter_at_serving():
    df, y = customers()
    preprocessor = recipe().fit(df, y)
    shuffled = df[df.columns[::-1]].assign(extra=1)
    assert np.array_equal(preprocessor.transform(df), preprocessor.transform(shuffled))


def test_a_missing_column_at_serving_is_named():
    df, y = customers()
    with pytest.raises(ValueError, match="spend"):
        recipe().fit(df, y).transform(df.drop(columns="spend"))


def test_a_single_raw_row_scores_as_in_the_table():
    df, y = customers()
    preprocessor = recipe().fit(df, y)
    row = df.iloc[0].where(df.iloc[0].notna(), None).to_dict()
    assert row["age"] is None
    assert np.array_equal(preprocessor.transform(pd.DataFrame([row])), preprocessor.transform(df.iloc[:1]))


def test_text_in_a_numeric_column_is_named_with_value_and_row():
    df, y = customers()
    bad = df.astype({"age": object}).copy()
    bad.loc[4, "age"] = "forty"
    with pytest.raises(ValueError, match="column 'age' must be numeric; got 'forty' at row 4"):
        recipe().fit(df, y).transform(bad)


def test_a_negative_value_in_a_skewed_column_is_named():
    with pytest.raises(ValueError, match=r"skewed columns must be >= 0; got -3.0 in column 'spend' at row 1"):
        make_preprocessor(skewed=["spend"]).fit(pd.DataFrame({"spend": [None, -3.0]}))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "no column named"),
        ({"numeric": "age"}, r"numeric must be a list of columns; got the text 'age'. Write \['age'\]"),
        ({"numeric": ["age"], "skewed": ["age"]}, "'age' is named in numeric and in skewed"),
        ({"numeric": ["age", "age"]}, "'age' is named in numeric and in numeric"),
        ({"onehot": ["m"], "ordinal": {"m": ["a"]}}, "'m' is named in onehot and in ordinal"),
    ],
)
def test_a_recipe_that_contradicts_itself_is_refused(options, text):
    with pytest.raises(ValueError, match=text):
        make_preprocessor(**options)


def test_preprocessor_works_in_a_pipeline_cloned_and_as_pandas():
    df, y = customers()
    model = Pipeline([("prepare", recipe()), ("model", LogisticRegression())]).fit(df, y)
    assert model.predict_proba(df).shape == (len(df), 2)
    assert np.array_equal(clone(recipe()).fit_transform(df, y), recipe().fit_transform(df, y))
    table = recipe().set_output(transform="pandas").fit_transform(df, y)
    assert isinstance(table, pd.DataFrame) and (table.dtypes == "float32").all()
    assert np.array_equal(table.to_numpy(), recipe().fit_transform(df, y))
    assert table.columns.tolist() == recipe().fit(df, y).get_feature_names_out().tolist()


def test_a_saved_preprocessor_gives_the_same_numbers_in_a_fresh_process(tmp_path):
    df, y = customers(60)
    preprocessor = recipe(min_frequency=None).fit(df, y)
    joblib.dump(preprocessor, tmp_path / "p.joblib")
    assert np.array_equal(pickle.loads(pickle.dumps(preprocessor)).transform(df), preprocessor.transform(df))
    df.to_pickle(tmp_path / "df.pkl")
    code = (
        "import joblib, numpy, pandas, sys; p = joblib.load('p.joblib'); "
        "numpy.save('X.npy', p.transform(pandas.read_pickle('df.pkl')))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert np.array_equal(np.load(tmp_path / "X.npy"), preprocessor.transform(df))


# --- check_no_leakage --------------------------------------------------------------------------------------


def clean_parts(n=400, seed=0):
    """Return train and test rows without any leak: keys, groups and months do not overlap."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    df = pd.DataFrame(
        {
            "order": [f"O{i}" for i in range(n)],
            "customer": [f"C{i // 2}" for i in range(n)],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n) // 10, unit="D"),
            "x": x,
            "gaps": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n)),
            "channel": rng.choice(["a", "b", "c"], n),
            "bought": (x + rng.normal(size=n) > 0.5).astype(int),
        }
    )
    return df.iloc[: n * 3 // 4].copy(), df.iloc[n * 3 // 4 :].copy()


ROLES = {"label": "bought", "key": "order", "group": "customer", "time": "day"}


def findings(train, test, **options):
    with pytest.raises(LeakageError) as caught:
        check_no_leakage(train, test, **(ROLES | options))
    return {name: (evidence, remedy) for name, evidence, remedy in caught.value.findings}


def test_clean_parts_pass_in_silence(capsys):
    train, test = clean_parts()
    scaler = StandardScaler().fit(train[["x", "gaps"]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check_no_leakage(train, test, preprocessor=scaler, **ROLES) is None
        assert check_no_leakage(train, test, label="bought") is None
    assert capsys.readouterr() == ("", "")


def test_all_leaks_are_listed_at_once():
    train, test = clean_parts()
    whole = pd.concat([train, test])
    test = pd.concat([test, train.iloc[[5]]])
    train["copy"], test["copy"] = train["bought"], test["bought"]
    scaler = StandardScaler().fit(whole[["x"]])
    found = findings(train, test, preprocessor=scaler)
    assert list(found) == [
        "identical rows", "same key", "same group", "test not later than train",
        "label among the features", "preprocessor not fitted on train",
    ]  # fmt: skip
    assert all(evidence and remedy for evidence, remedy in found.values())


def test_the_message_lists_and_survives_a_pickle():
    error = LeakageError([("a", "b", "c"), ("d", "e", "f")])
    assert str(error) == "2 leaks found\n1. a: b → c\n2. d: e → f"
    assert str(pickle.loads(pickle.dumps(error))) == str(error) and isinstance(error, ValueError)


def test_identical_rows_are_counted_also_with_missing_values_and_other_dtypes():
    train = pd.DataFrame({"x": [1.0, np.nan, 3.0], "y": [0, 1, 0]})
    test = pd.DataFrame({"x": [np.nan, 1, 1, 2], "y": [1, 0, 0, 0]}, index=list("abcd"))
    with pytest.raises(LeakageError, match=r"3 of 4 test rows also stand in train, e.g. test row 'a'"):
        check_no_leakage(train, test, label="y")


def test_rows_repeated_within_test_only_are_no_leak():
    train, test = pd.DataFrame({"x": [1, 2], "y": [0, 1]}), pd.DataFrame({"x": [3, 3], "y": [0, 0]})
    check_no_leakage(train, test, label="y")


def test_same_key_names_the_key():
    train, test = clean_parts()
    test.loc[test.index[3], "order"] = "O17"
    found = findings(train, test)
    assert list(found) == ["same key"]
    assert "1 of 100" in found["same key"][0] and "O17" in found["same key"][0]


def test_a_key_of_two_columns_and_missing_keys():
    train, test = clean_parts()
    check_no_leakage(train, test, label="bought", key=["customer", "day"])
    train.loc[train.index[0], "order"] = test.loc[test.index[0], "order"] = None
    check_no_leakage(train, test, **ROLES)


def test_same_group_points_to_split_by_group():
    train, test = clean_parts()
    test.loc[test.index[:2], "customer"] = "C5"
    found = findings(train, test)
    assert list(found) == ["same group"] and "split_by_group" in found["same group"][1]
    check_no_leakage(train, test, label="bought", key="order", time="day", features=["x"])


@pytest.mark.parametrize(("day", "early"), [("2024-01-30", True), ("2024-01-31", False)])
def test_test_rows_must_be_later_than_the_last_training_day(day, early):
    train, test = clean_parts()
    assert train["day"].max() == pd.Timestamp("2024-01-30")
    test.loc[test.index[0], "day"] = pd.Timestamp(day)
    if early:
        assert list(findings(train, test)) == ["test not later than train"]
    else:
        check_no_leakage(train, test, **ROLES)


def leak(train, test, column, function):
    rng = np.random.default_rng(1)
    for part in (train, test):
        part[column] = function(part["bought"], rng)
    return train, test


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda y, rng: y, "label among the features"),
        (lambda y, rng: 1 - y, "feature gives the label away"),
        (lambda y, rng: y * 200 + rng.normal(size=len(y)), "feature gives the label away"),
        (lambda y, rng: y.map({0: "no", 1: "yes"}), "feature gives the label away"),
        (
            lambda y, rng: pd.Series(np.where(y == 1, rng.choice(["p", "q"], len(y)), "r"), y.index),
            "feature gives the label away",
        ),
        (
            lambda y, rng: pd.Series(np.where(y == 1, 2, rng.choice([1, 3], len(y))), y.index),
            "feature gives the label away",
        ),
        (
            lambda y, rng: (
                pd.Timestamp("2024-01-01") + pd.to_timedelta(y * 40 + rng.integers(0, 30, len(y)), unit="D")
            ),
            "feature gives the label away",
        ),
        (
            lambda y, rng: pd.Series(rng.normal(size=len(y)), y.index).where(y == 1),
            "missing values give the label away",
        ),
        (
            lambda y, rng: pd.Series(rng.choice(["u", "v"], len(y)), y.index).where(y == 0),
            "missing values give the label away",
        ),
    ],
    ids=[
        "copy",
        "reversed",
        "noisy copy",
        "as text",
        "two texts",
        "code in the middle",
        "date",
        "missing number",
        "missing text",
    ],
)
def test_a_feature_that_gives_the_label_away_is_found(function, name):
    found = findings(*leak(*clean_parts(), "cheat", function))
    assert name in found and "'cheat'" in found[name][0]
    assert set(found) <= {name, "feature gives the label away"}


def test_a_strong_but_honest_feature_passes_until_the_bar_is_lowered():
    train, test = leak(*clean_parts(), "strong", lambda y, rng: y * 2 + rng.normal(size=len(y)))
    check_no_leakage(train, test, **ROLES)
    assert "'strong' reach AUC 0.9" in findings(train, test, max_auc=0.85)["feature gives the label away"][0]


def test_a_text_that_separates_only_the_test_rows_passes():
    train, test = leak(*clean_parts(), "noisy", lambda y, rng: y.map({0: "no", 1: "yes"}))
    train.loc[train.index[:60], "noisy"] = "no"
    check_no_leakage(train, test, **ROLES)


def test_a_key_like_text_is_not_taken_for_a_leak():
    train, test = clean_parts()
    check_no_leakage(train, test, label="bought", time="day")  # order and customer count as features


def test_features_say_what_the_model_sees():
    train, test = leak(*clean_parts(), "cheat", lambda y, rng: 1 - y)
    check_no_leakage(train, test, features=["x", "gaps"], **ROLES)
    assert list(findings(train, test, features=["x", "bought"])) == ["label among the features"]


def test_few_rows_do_not_accuse_a_feature_by_chance():
    train = pd.DataFrame({"x": [1.0, 2, 3, 4], "y": [0, 0, 0, 1]})
    check_no_leakage(train, train + {"x": 0.5, "y": 0}, label="y")


def test_a_label_that_is_not_binary_is_judged_by_rank_correlation():
    train, test = clean_parts()
    for part in (train, test):
        part["bought"] = part["x"] * 3 + np.random.default_rng(len(part)).normal(size=len(part))
        part["cheat"] = np.exp(part["bought"])
        part["constant"] = 1
    found = findings(train, test)
    assert list(found) == ["feature gives the label away"]
    assert "'cheat' reach rank correlation 1.000" in found["feature gives the label away"][0]


# --- was the preprocessor fitted on train? -----------------------------------------------------------------


def preprocessors():
    df, _ = customers(60)
    yield "recipe", recipe(min_frequency=None), list(df.columns)
    yield "scaler", StandardScaler(), ["age", "spend"]
    yield "winsorizer", Winsorizer(), ["age", "spend"]
    yield "bins", KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"), ["spend"]
    yield "union", FeatureUnion([("a", StandardScaler()), ("b", Winsorizer())]), ["spend"]
    yield "model", make_pipeline(StandardScaler(), LogisticRegression()), ["spend"]
    yield "hidden text", make_pipeline(FunctionTransformer(), StandardScaler()), ["spend"]


@pytest.mark.parametrize(
    ("preprocessor", "columns"), [pytest.param(p, c, id=i) for i, p, c in preprocessors()]
)
def test_a_preprocessor_fitted_on_more_than_train_is_found(preprocessor, columns):
    df, y = customers(300)
    df["y"] = y
    train, test = df.iloc[:200], df.iloc[200:]
    fitted = clone(preprocessor).fit(train[columns], train["y"])
    check_no_leakage(train, test, label="y", features=columns, preprocessor=fitted)
    fitted = clone(preprocessor).fit(df[columns], df["y"])
    with pytest.raises(LeakageError, match="those of train and test together → call fit") as caught:
        check_no_leakage(train, test, label="y", features=columns, preprocessor=fitted)
    assert len(caught.value.findings) == 1


def test_the_finding_shows_the_statistics_and_the_step():
    df, y = customers(300)
    df["y"] = y
    fitted = make_preprocessor(numeric=["age"]).fit(df)
    with pytest.raises(LeakageError) as caught:
        check_no_leakage(df.iloc[:200], df.iloc[200:], label="y", features=["age"], preprocessor=fitted)
    text = str(caught.value)
    assert "numeric/standardscaler/StandardScaler.n_samples_seen_ is 300, train gives 200" in text
    assert "numeric/standardscaler/StandardScaler.mean_" in text


def test_a_preprocessor_fitted_on_other_rows_is_found_without_blaming_the_test_rows():
    train, test = clean_parts()
    scaler = StandardScaler().fit(train[["x"]].iloc[:50])
    evidence = findings(train, test, preprocessor=scaler)["preprocessor not fitted on train"][0]
    assert "n_samples_seen_ is 50" in evidence and "together" not in evidence


def test_categories_seen_only_in_test_are_found():
    df = pd.DataFrame({"c": ["a", "b"] * 10 + ["z", "a"], "y": [0, 1] * 11})
    fitted = make_preprocessor(onehot=["c"], min_frequency=None).fit(df[["c"]])
    with pytest.raises(LeakageError, match=r"OneHotEncoder.categories_ is \['a', 'b', 'z'\]"):
        check_no_leakage(df.iloc[:20], df.iloc[20:], label="y", features=[], preprocessor=fitted, key="y")


def test_a_preprocessor_fitted_on_an_array_uses_the_features_given():
    train, test = clean_parts()
    both = pd.concat([train, test])
    check_no_leakage(
        train, test, features=["x"], preprocessor=StandardScaler().fit(train[["x"]].to_numpy()), **ROLES
    )
    scaler = StandardScaler().fit(both[["x"]].to_numpy())
    assert "preprocessor not fitted on train" in findings(train, test, features=["x"], preprocessor=scaler)
    with pytest.raises(ValueError, match="fitted on 1 unnamed columns; pass the same columns as features="):
        check_no_leakage(train, test, features=["x", "gaps"], preprocessor=scaler, **ROLES)


def test_a_model_without_transformers_has_nothing_to_compare():
    train, test = clean_parts()
    model = make_pipeline(LogisticRegression()).fit(train[["x"]], train["bought"])
    check_no_leakage(train, test, preprocessor=model, **ROLES)


@pytest.mark.parametrize(
    ("change", "options", "text"),
    [
        (lambda a, b: (a, b.drop(columns="x")), {"features": ["x"]}, r"test has no column \['x'\]"),
        (lambda a, b: (a, b.iloc[:0]), {}, "test has no rows"),
        (lambda a, b: (a.assign(bought=np.nan), b), {}, "label 'bought' is missing in 300 rows of train"),
        (lambda a, b: (a.assign(bought="yes"), b), {}, "it must be numeric. Map its values first"),
        (lambda a, b: (a.assign(day="soon"), b), {}, "'day' of train holds str, not dates"),
        (lambda a, b: (a, b.assign(day=pd.NaT)), {}, "'day' of test has 100 missing values"),
        (lambda a, b: (a, b), {"max_auc": 0.4}, r"max_auc must lie in \(0.5, 1\]; got 0.4"),
        (lambda a, b: (a, b), {"preprocessor": StandardScaler()}, "not fitted"),
        (
            lambda a, b: (a, b),
            {"preprocessor": StandardScaler().fit(pd.DataFrame({"z": [1.0]}))},
            r"columns that train lacks: \['z'\]",
        ),
    ],
)
def test_check_no_leakage_says_what_it_cannot_check(change, options, text):
    with pytest.raises(ValueError, match=text) as caught:
        check_no_leakage(*change(*clean_parts()), **(ROLES | options))
    assert not isinstance(caught.value, LeakageError)
