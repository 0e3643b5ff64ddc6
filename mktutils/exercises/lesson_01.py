"""Exercises of lesson 01: preprocessing."""

from mktutils.exercises._columns_01 import (
    check_encodings,
    check_standardise,
    check_target_encoding,
    check_to_minutes,
)
from mktutils.exercises._pipeline_01 import check_encoder, check_find_leaks, check_prepare_for, suspect_table
from mktutils.lesson import Exercise, choice, predict

__all__ = ["EXERCISES", "suspect_table"]

EXERCISES = [
    Exercise(
        "01.1",
        "Text to numbers",
        "1",
        check=check_to_minutes,
        hints=[
            "Treat the empty cell first. It comes in three forms: `None`, `float('nan')` and the empty text. `pd.isna` knows two of them.",
            'Then remove what is not a number: `text.replace("min", "")`. `float(" 8.25 ")` accepts blanks around the number.',
            'The decimal comma: `.replace(",", ".")` before `float(...)`.',
        ],
        solution="""
import pandas as pd


def to_minutes(text):
    if pd.isna(text) or text == "":
        return float("nan")
    return float(text.replace("min", "").replace(",", "."))
""",
        analysis="Three decisions are hidden in one column: which sign is the decimal sign, which unit is meant, and that an "
        "empty cell is *unknown*, not zero. Write them down; the next export will have one more spelling.",
    ),
    predict(
        "01.2",
        "Rows after a merge",
        "2",
        value=9,
        tolerance=0.01,
        misconceptions=[
            (
                5,
                "5 would be right if each customer stood once in `customers`. C1 stands there twice: each of its rows finds two partners.",
            ),
            (
                8,
                "8 is 5 + 3, the rows of both tables below each other: that is `concat`. A merge pairs rows that have the same key.",
            ),
            (15, "15 is 5 × 3: each row with each row. A merge pairs only rows with the same key."),
        ],
        otherwise="Count for each customer: rows in `behavior` times rows in `customers`; then add up.",
        hints=[
            "How many partners does each of the four rows of C1 find in `customers`?",
            "C1 gives 4 × 2 rows and C2 gives 1 × 1.",
        ],
        analysis='4 × 2 + 1 × 1 = 9. The four extra rows are customers counted twice: in training they weigh double. `validate="many_to_one"` '
        "turns this silent fault into an error.",
    ),
    choice(
        "01.3",
        "Why is the value missing?",
        "3",
        options={
            "a": "Completely at random would mean that each row has the same chance to be empty. Here customers on a phone are empty "
            "far more often.",
            "b": None,
            "c": "Not at random would mean that the chance depends on the missing value itself: how many mails were opened. Here nothing "
            "but the device decides, and the device is a column of the table.",
            "d": "A structurally missing value does not exist. Here the mails were opened or not; the value exists and was hidden.",
        },
        hints=[
            "Ask first: does the chance to be empty depend on something that stands in the table?",
            "It depends on `device` alone, which is observed. The mechanism whose cause is observed has the name *missing at random*.",
        ],
        analysis="Missing at random (MAR): among customers with the same device, who is empty is chance. A model that sees the device "
        "can correct for it; `dropna()` cannot: it removes mostly the customers on a phone.",
    ),
    predict(
        "01.4",
        "What `dropna()` does to a survey",
        "3",
        value=2.0,
        tolerance=0.01,
        misconceptions=[
            (
                0,
                "The mean stays the same only if the answers are missing completely at random. Here the low scores are missing.",
            ),
            (
                7.5,
                "7.5 is the mean of those who answered. The question is by how much it is too high: subtract the mean of all ten.",
            ),
            (5.5, "5.5 is the true mean of all ten. How far is the mean of those who answered above it?"),
        ],
        otherwise="Compute both means: of the scores 1 to 10, and of the scores 5 to 10. Then take the difference.",
        hints=["The mean of 1, 2, …, 10 is 5.5.", "The mean of 5, 6, 7, 8, 9, 10 is 7.5."],
        analysis="7.5 − 5.5 = 2 points. The survey looks excellent because the unhappy customers did not answer: missing *not* at random. No "
        "formula repairs this from the table alone; a flag for *did not answer* at least lets the model see it.",
    ),
    Exercise(
        "01.5",
        "Standardise, with the training rows only",
        "4",
        check=check_standardise,
        hints=[
            "Compute the two statistics once, from `train`: `mean = train.mean(axis=0)`.",
            "Use the same two statistics for both parts: `(train - mean) / std, (test - mean) / std`.",
            "A column that never varies has `std` 0: `std = np.where(std == 0, 1, std)`.",
        ],
        solution="""
def standardise(train, test):
    mean = train.mean(axis=0)
    std = train.std(axis=0)
    std = np.where(std == 0, 1, std)
    return (train - mean) / std, (test - mean) / std
""",
        analysis="`fit` on the training rows, `transform` on every row: the two verbs of scikit-learn are these two lines. The same two "
        "numbers must be stored with the model, because at serving there is often one row, and one row has no mean.",
    ),
    Exercise(
        "01.6",
        "A target encoding that leaks",
        "5",
        check=check_target_encoding,
        hints=[
            "Which rows does the mean of a training row come from? Its own label is among them.",
            "Split `train` into folds; encode each fold with the means of the other folds. Levels that are new get the mean of all.",
            "scikit-learn does it: `TargetEncoder().fit_transform(train[['postcode']], train['purchased'])` for `train`, then `.transform` for `test`.",
        ],
        solution="""
from sklearn.preprocessing import TargetEncoder


def encode(train, test):
    encoder = TargetEncoder()
    encoded_train = encoder.fit_transform(train[["postcode"]], train["purchased"])
    encoded_test = encoder.transform(test[["postcode"]])
    return encoded_train, encoded_test
""",
        analysis="For the test rows the means of all training rows are right. For the training rows they are not: each mean contains the "
        "answer. `fit_transform` cross-fits, `fit(...).transform(...)` on the same rows does not; the difference is the leak.",
    ),
    Exercise(
        "01.7",
        "Which encoding for which column?",
        "5",
        check=check_encodings,
        lead="The answer:",
        hints=[
            "Ask two questions of each column: does it have an order, and how many levels does it have?",
            "Few levels and no order: one-hot. An order: ordinal. Very many levels: target. A name of the row: drop.",
        ],
        solution="""
encodings = {
    "device": "one-hot",
    "membership": "ordinal",
    "postcode": "target",
    "customer_id": "drop",
}
""",
        analysis="Order decides between ordinal and one-hot, the number of levels between one-hot and target encoding or hashing, and a column "
        "that names the row never becomes a feature.",
    ),
    choice(
        "01.8",
        "Which split answers the question?",
        "6",
        options={
            "a": "Random rows put the March row of a customer into training and the February row of the same customer into the test: the model is asked "
            "about people and months that it has seen.",
            "b": "Random customers answer another question: how well are *new* customers scored in months that the model has seen? The model "
            "will score known customers in a month that nobody has seen.",
            "c": None,
            "d": "This file happens to be in order of date, but its last fifth begins in the middle of the September rows: the same month "
            "would stand in training and in test. Split by the date itself.",
        },
        hints=[
            "On the day when the model is used: does it know the customers? Does it know the month?",
            "Known customers, unknown month. Which option makes exactly the month unknown?",
        ],
        analysis="The test imitates the use: train on months up to July, choose with August, test on September and October. If new customers matter as "
        "well, report them as a second number.",
    ),
    Exercise(
        "01.9",
        "Find the leaks",
        "7",
        check=check_find_leaks,
        lead="The answer:",
        hints=[
            "Ask of each of the four columns: on which day was this value known?",
            "The snapshot is taken on the first of the month. Which column counts beyond that day?",
            "The second one does not count orders: who receives a mail that says *thank you*, and when?",
        ],
        solution='leaks = {"orders_calendar_month", "last_mail"}',
        analysis="The AUC of one column alone points to the suspects; the calendar decides. A strong feature that was known on the day of the "
        "decision is allowed, and a weak feature from the day after is a leak.",
    ),
    Exercise(
        "01.10",
        "A city that nobody has seen",
        "7",
        check=check_encoder,
        hints=[
            "The default of `OneHotEncoder` raises an error for a level that was not in the training rows.",
            'The parameter is `handle_unknown`; with the value `"ignore"` an unknown level becomes 0 in all columns.',
        ],
        solution="""
from sklearn.preprocessing import OneHotEncoder


def make_encoder():
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)
""",
        analysis="One unknown city among 10,000 rows must not stop the mailing, and it must not be silent either: count the unknown levels of each "
        "batch, because a rising count is the first sign of drift.",
        answer="make_encoder",
    ),
    choice(
        "01.11",
        "A label that was standardised",
        "4",
        options={
            "a": "The loss changes: a label of 2.66 is not a probability, and its gradient does not vanish at any prediction.",
            "b": None,
            "c": "Keras accepts any number as a label; no error is raised.",
            "d": "Accuracy compares predictions with labels 0 and 1, and the labels no longer hold them.",
        },
        hints=[
            "Put y = 2.66 into the formula of the loss. Which sign has the factor 1 − y?",
            "With y = 2.66 the second term is +1.66 · log(1 − p). Where does it go when the prediction p comes near 1?",
        ],
        analysis="For y = 2.66 the loss falls without end as p goes to 1, and for y = −0.38 as p goes to 0. The network is paid for being more and "
        "more certain, and its outputs are no longer probabilities. A binary cross-entropy below 0 always means: look at the labels.",
    ),
    Exercise(
        "01.12",
        "A preprocessor for any table",
        "7",
        check=check_prepare_for,
        hints=[
            "Two kinds of columns, two small pipelines: one for the columns in `numeric`, one for those in `categories`.",
            'Numbers: `SimpleImputer(strategy="median", add_indicator=True)`, then `StandardScaler()`, joined by `make_pipeline`. '
            "Categories: `OneHotEncoder` with the parameter of exercise 01.10.",
            "`ColumnTransformer` takes a list of triples: `(a name, the transformer, the list of columns)`. Do not call `fit`.",
        ],
        solution="""
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def make_prepare_for(numeric, categories):
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    levels = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer([("numbers", numbers, numeric), ("levels", levels, categories)])
""",
        analysis="One object holds every number that was learnt from the training rows: medians, means, deviations, levels. Fit it once, "
        "store it with the model, and the row that arrives alone at serving is treated as it was in training.",
    ),
    choice(
        "01.13",
        "Customers who never ordered",
        "3",
        options={
            "a": "These customers are about two fifths of the rows, and the model must score them too on the first of the month. Deleted "
            "rows also change the purchase rate that the model learns.",
            "b": None,
            "c": "0 says that the customer ordered today, and makes those who never ordered look like the most active customers.",
            "d": "A network reads 999 as a number, far from all others, unless a flag says what it means: *almost three years ago*. It "
            "also moves the mean and the deviation of the whole column.",
        },
        hints=[
            "The value does not exist. Which option says so, and still gives the network a number?",
            "The number must lie among the others, and a second column must say that it is not real.",
        ],
        analysis="The median is a harmless place for a number that does not exist, and the flag carries the information: never ordered. The "
        "network can then give these customers a level of their own.",
    ),
]
