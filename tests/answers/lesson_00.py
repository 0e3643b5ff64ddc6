"""Right and wrong answers to the exercises of lesson 00; a wrong one with a part of the message it must get."""

import pandas as pd


def mean_of_column(df):
    return df["purchased"].mean()


def buyers_by_rows(df):
    buyers = 0
    for value in df["purchased"]:
        buyers = buyers + (value == 1)
    return buyers / len(df)


def number_of_buyers(df):
    return df["purchased"].sum()


def in_percent(df):
    return 100 * df["purchased"].mean()


def odds(df):
    return (df["purchased"] == 1).sum() / (df["purchased"] == 0).sum()


def non_buyers(df):
    return (df["purchased"] == 0).mean()


def fixed_number(df):
    return 0.4


def global_table(df):
    behavior = pd.DataFrame({"purchased": [1] * 102 + [0] * 898})
    return behavior["purchased"].mean()


def global_count(df):
    behavior = pd.DataFrame({"purchased": [1] * 4 + [0] * 36})
    return behavior["purchased"].sum()


def without_return(df):
    df["purchased"].mean()


def wrong_column(df):
    return df["num_orders"].mean() if "num_orders" in df else 0.25


def grouped(df):
    return df.groupby("snapshot_date")["purchased"].mean()


def pivoted(df):
    months = pd.to_datetime(df["snapshot_date"])
    return df.assign(month=months).pivot_table(index="month", values="purchased", aggfunc="mean")


def grouped_as_column(df):
    return df.groupby("snapshot_date", as_index=False)[["purchased"]].mean()


def by_customer(df):
    return df.groupby("customer_id")["purchased"].mean()


def by_label(df):
    return df.groupby("purchased")["purchased"].mean()


def sum_by_month(df):
    return df.groupby("snapshot_date")["purchased"].sum()


def rows_by_month(df):
    return df.groupby("snapshot_date")["purchased"].count()


def one_rate(df):
    return df["purchased"].mean()


def other_table(df):
    return df.groupby("snapshot_date")[["customer_id"]].count()


def by_both(df):
    return df.groupby(["customer_id", "snapshot_date"])["purchased"].mean()


def last_of_month(df):
    return df.groupby("snapshot_date")["purchased"].last()


ANSWERS = {
    "00.1": {
        "right": [mean_of_column, buyers_by_rows],
        "wrong": [
            (number_of_buyers, "number of buyers"),
            (in_percent, "in percent"),
            (odds, "odds"),
            (non_buyers, "did not buy"),
            (fixed_number, "right by chance"),
            (global_table, "instead of the argument `df`"),
            (global_count, "instead of the argument `df`"),
            (without_return, "begin with `return`"),
            (wrong_column, "the rate is 0.4"),
            (0.4, "the function itself"),
        ],
    },
    "00.2": {
        "right": ["c", " (C). "],
        "wrong": [
            ("a", "true probabilities"),
            ("b", "not whether"),
            ("d", "memorise"),
            ("e", "one of the letters"),
            (3, "one of the letters"),
        ],
    },
    "00.3": {
        "right": [0.896, "89.6 %", 89.6, 0.8956],
        "wrong": [
            (0.104, "base rate"),
            ("10.4%", "base rate"),
            (0.5, "a coin"),
            (1.0, "below 1"),
            (0, "none of the buyers"),
            (0.7, "agrees with the label"),
            ("high", "one number"),
            (float("nan"), "one number"),
        ],
    },
    "00.4": {
        "right": [grouped, pivoted, grouped_as_column],
        "wrong": [
            (by_customer, "one row per customer"),
            (by_label, "label itself"),
            (sum_by_month, "numbers of buyers"),
            (rows_by_month, "numbers of rows"),
            (one_rate, "one rate per month"),
            (other_table, "without the column"),
            (by_both, "one row per month"),
            (last_of_month, "1/3 in January"),
            (pd.Series([0.5]), "the function itself"),
        ],
    },
    "00.5": {
        "right": [0.75, "75 %", (0.8 - 0.5) / (0.9 - 0.5)],
        "wrong": [
            (0.80, "the AUC itself"),
            (0.8 / 0.9, "0.80 / 0.90"),
            (0.3, "the length gone"),
            (0.1, "Two lengths"),
        ],
    },
}
