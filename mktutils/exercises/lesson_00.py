"""Exercises of lesson 00, Start here."""

from typing import Any

from mktutils.lesson import Exercise, Wrong, call, choice, need_function, predict


def _table(purchased: list[int], **columns: list) -> Any:
    import pandas as pd

    return pd.DataFrame({**columns, "purchased": purchased})


def _number(result: Any) -> float:
    try:
        return float(result)
    except (TypeError, ValueError):
        raise Wrong(
            f"The function returned a value of type `{type(result).__name__}`, and the check needs one number. "
            "Does the last line begin with `return`, and does it select the column `purchased`?"
        ) from None


def _check_rate(answer: Any) -> None:
    need_function(answer)
    # Four customers of ten, and a second column that is not the label.
    df = _table(
        [1, 0, 0, 1, 0, 0, 1, 0, 0, 1],
        customer_id=[f"C{i:05d}" for i in range(1, 11)],
        num_orders=[3, 0, 1, 2, 0, 0, 5, 1, 0, 4],
    )
    rate = _number(call(answer, df))
    second = _table([0, 0, 1, 0], customer_id=[f"C{i:05d}" for i in range(11, 15)])
    other = _number(call(answer, second))
    if abs(rate - other) < 1e-9 and abs(rate - 0.4) > 1e-9:
        raise Wrong(
            f"Two different tables gave the same rate, {rate:g}. Did you use a table from the notebook, such as "
            "`behavior`, instead of the argument `df`?"
        )
    if abs(rate - 4) < 1e-9:
        raise Wrong(
            "This is the number of buyers, 4, not their share. Divide it by the number of rows, `len(df)`."
        )
    if abs(rate - 40) < 1e-9:
        raise Wrong(
            "This is the rate in percent, 40. A share lies between 0 and 1: leave out the factor 100."
        )
    if abs(rate - 4 / 6) < 1e-9:
        raise Wrong(
            "These are the odds: buyers divided by customers who did not buy. Divide by all rows, `len(df)`."
        )
    if abs(rate - 0.6) < 1e-9:
        raise Wrong("This is the share who did not buy. Count the rows where `purchased` is 1.")
    if abs(rate - 0.4) > 1e-9:
        raise Wrong(f"For 4 buyers among 10 customers the rate is 0.4, and your function returned {rate:g}.")
    if abs(other - 0.25) > 1e-9:
        raise Wrong(
            f"The first table was right by chance: for 1 buyer among 4 customers your function returned {other:g}. "
            "Compute from the argument `df`, not from a fixed number or another table."
        )


def _check_months(answer: Any) -> None:
    need_function(answer)
    df = _table(
        [1, 0, 0, 1, 1, 0],
        customer_id=["C00001", "C00002", "C00003", "C00001", "C00002", "C00003"],
        snapshot_date=["2025-01-01"] * 3 + ["2025-02-01"] * 3,
    )
    result = call(answer, df)
    if not hasattr(result, "index") or not hasattr(result, "to_dict"):
        raise Wrong(
            f"The function returned a value of type `{type(result).__name__}`; the check needs one rate per month, "
            "a Series that `groupby(...)[...].mean()` returns."
        )
    if getattr(result, "ndim", 1) == 2:
        if "purchased" not in result:
            raise Wrong("The result is a table without the column `purchased`. Select it after `groupby`.")
        result = result.set_index("snapshot_date") if "snapshot_date" in result else result
        result = result["purchased"]
    labels = [str(label)[:10] for label in result.index]
    if labels == ["C00001", "C00002", "C00003"]:
        raise Wrong(
            "The result has one row per customer: the function still groups by `customer_id`. "
            "One row per month needs the column that holds the month."
        )
    if labels == ["0", "1"]:
        raise Wrong(
            "The table is grouped by the label itself, so that every rate is 0 or 1. Group by the month."
        )
    if labels != ["2025-01-01", "2025-02-01"]:
        raise Wrong(
            f"The check needs one row per month, 2025-01-01 and 2025-02-01; your rows are {', '.join(labels[:4])}. "
            "Group by `snapshot_date`."
        )
    values = [_number(v) for v in result]
    if values == [1.0, 2.0]:
        raise Wrong(
            "These are the numbers of buyers per month. A rate is their mean: use `.mean()`, not `.sum()`."
        )
    if values == [3.0, 3.0]:
        raise Wrong(
            "These are the numbers of rows per month. A rate is the mean of `purchased`: use `.mean()`."
        )
    if max(abs(v - r) for v, r in zip(values, (1 / 3, 2 / 3), strict=True)) > 1e-9:
        shown = ", ".join(f"{v:g}" for v in values)
        raise Wrong(f"The rates are 1/3 in January and 2/3 in February; your function returned {shown}.")


EXERCISES = [
    Exercise(
        "00.1",
        "The conversion rate",
        "1",
        check=_check_rate,
        hints=[
            "The column `purchased` holds 1 for a customer who bought and 0 for one who did not.",
            "The sum of a column of 0 and 1 counts the ones. Which number of rows turns a count into a share?",
            'The mean of a column of 0 and 1 is the share of ones: `df["purchased"]` has a method for it.',
        ],
        solution='def conversion_rate(df):\n    return df["purchased"].mean()\n',
        analysis="The mean of a 0/1 label is the base rate. It is the first number to know about any marketing "
        "question: every accuracy and every profit is read against it.",
    ),
    choice(
        "00.2",
        "What the ceiling means",
        "2",
        options={
            "a": "A larger network cannot pass the ceiling: the oracle already uses the true probabilities. What "
            "remains is chance in the customers' decisions, which no model can learn.",
            "b": "The oracle knows each customer perfectly and still stays below 1. It knows the probability of a purchase, not whether "
            "this customer buys this month: a customer with a probability of 30 % buys in 3 of 10 such months.",
            "c": None,
            "d": "The ceiling is not the training score. A training score can rise above it, because a model can "
            "memorise which of its customers happened to buy. That does not help with other customers, as the test score shows.",
        },
        hints=[
            "The shop is simulated: the file that nobody may use as a feature holds each customer's true probability.",
            "If you knew that a coin shows heads with probability 0.3, how often could you predict it correctly?",
        ],
        analysis="The ceiling is the score of the true probabilities. On a test set a model can lie a little above it by luck. "
        "A score far above it means that the model has seen what nobody knows on the day of the decision.",
    ),
    predict(
        "00.3",
        "Accuracy of a model that knows nothing",
        "3",
        value=0.896,
        tolerance=0.002,
        percent=True,
        misconceptions=[
            (
                0.104,
                "0.104 is the base rate: the share of customers who buy, which is where this model is wrong. "
                "Accuracy is the share of rows where the prediction is right.",
            ),
            (
                0.5,
                "0.5 would be right for a coin, or for as many buyers as others. This model always says the same, "
                "and the answer is right for every customer who does not buy. What share is that?",
            ),
            (
                1.0,
                "The model is wrong for each customer who buys, so its accuracy is below 1. How many buy?",
            ),
            (
                0.0,
                "The model finds none of the buyers, that is true. Accuracy counts all rows, and most customers do not buy: for "
                "them the answer is right.",
            ),
        ],
        otherwise="Count the rows where the prediction agrees with the label: the model says 0 for all, and 10.4 % "
        "of the labels are 1.",
        hints=[
            "Take 1,000 customers. How many of them buy, and for how many is the answer “will not buy” right?",
            "Accuracy is the number of right predictions divided by the number of rows. The two shares add up to 1.",
        ],
        solution="answer = 1 - 0.104",
        analysis="An accuracy of 89.6 % without looking at a single feature: with rare buyers, accuracy says little. "
        "A model must be compared with this constant before its accuracy is worth a sentence.",
    ),
    Exercise(
        "00.4",
        "The rate by month, repaired",
        "4",
        check=_check_months,
        hints=[
            "How many rows does the result have, and how many months are there?",
            "One row of the table is one customer at one snapshot date. Which column tells the month?",
            'Group by `"snapshot_date"`, then take the mean of `"purchased"`.',
        ],
        solution='def rate_by_month(df):\n    return df.groupby("snapshot_date")["purchased"].mean()\n',
        analysis="A result with the wrong number of rows is the first sign of a wrong grouping: ten months give "
        "ten rates. Look at the shape of a result before you look at its values.",
    ),
    predict(
        "00.5",
        "The share of the way",
        "2",
        value=0.75,
        tolerance=0.005,
        percent=True,
        misconceptions=[
            (0.80, "0.80 is the AUC itself. Subtract the starting point: 0.80 − 0.50."),
            (
                0.889,
                "This is 0.80 / 0.90. The way begins at 0.50, not at 0: subtract 0.50 from both numbers.",
            ),
            (0.30, "This is the length gone. Divide it by the whole way, 0.90 − 0.50."),
        ],
        otherwise="Two lengths are needed: from chance to the model, and from chance to the oracle. Divide the first by the second.",
        hints=[
            "The way begins at 0.50 and ends at 0.90. How long is it, and how far has the model come?",
            "The model has gone 0.80 − 0.50 of 0.90 − 0.50.",
        ],
        solution="answer = (0.80 - 0.50) / (0.90 - 0.50)",
        analysis="0.30 / 0.40 = 75 % of the way. The same AUC of 0.80 would be the whole way in a shop whose oracle reaches 0.80: "
        "a score says little until you know where the way begins and where it ends.",
    ),
]
