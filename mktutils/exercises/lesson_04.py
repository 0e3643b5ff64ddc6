"""Exercises of lesson 04: the multilayer perceptron."""

from mktutils.exercises._calibration_04 import check_calibrate
from mktutils.exercises._curves_04 import check_curves, curves_04
from mktutils.exercises._letters_04 import check_mailing, check_undo_undersampling
from mktutils.exercises._metrics_04 import check_auc_by_pairs, check_paired_difference
from mktutils.exercises._network_04 import check_models, check_piecewise_linear, check_treatment
from mktutils.exercises._questions_04 import QUESTIONS
from mktutils.exercises._rows_04 import check_make_parts, check_score_new
from mktutils.exercises._tuning_04 import check_tune
from mktutils.lesson import Exercise

__all__ = ["EXERCISES", "curves_04"]

CODE = [
    Exercise(
        "04.3",
        "Piecewise linear slots",
        "2",
        check=check_piecewise_linear,
        hints=[
            "Think of one value and one slot: how far has the value come from the left edge to the right edge, as a share of the width?",
            "All values and all slots at once: `x[:, None]` has the shape (n, 1) and `edges[:-1]` the shape (k,); their difference has the shape (n, k).",
            "The widths are `np.diff(edges)`, and `np.clip(..., 0, 1)` makes the cut.",
        ],
        solution="""
def piecewise_linear(x, edges):
    return np.clip((x[:, None] - edges[:-1]) / np.diff(edges), 0, 1)
""",
        analysis="One number has become k numbers. A dense layer behind it can give each slot its own slope, so it starts with a curve that bends at the edges, where a single scaled number gives one straight line. "
        "With quantiles as edges each slot holds about the same number of customers, and an extreme value has no extreme input: it fills all slots with 1.",
    ),
    Exercise(
        "04.4",
        "Which treatment for which column?",
        "2, 9",
        check=check_treatment,
        lead="The answer:",
        hints=[
            "Two of the four are about values that exist: one is a number, one is a name. The other two are about something that is not there.",
            "A name with many levels gets a row of numbers that is learnt. A missing value gets a number and a sign that says so. A name that was never seen gets a code that was set aside.",
        ],
        solution="""
treatment = {
    "spend in euros, a few very large": "quantiles or a logarithm",
    "city, 52 levels": "an embedding",
    "satisfaction, a third missing": "a flag beside the filled value",
    "a channel that appears for the first time at scoring": "the code kept for the unknown",
}
""",
        analysis="Trees need little of this: they ask only whether a value is above a threshold. A network multiplies, so the size of its inputs counts, and it needs a number wherever the table has none. "
        "The code for the unknown learns something too if rare levels of the training rows share it.",
    ),
    Exercise(
        "04.5",
        "A paired difference and its interval",
        "3",
        check=check_paired_difference,
        hints=[
            "Position i of both arrays is the same month and the same seed. What must be computed before any mean or spread?",
            "`d = a - b`. The standard error of its mean is `d.std(ddof=1) / np.sqrt(n)`.",
            "The factor for 95 % with n pairs is `stats.t.ppf(0.975, n - 1)`. Return the mean, the mean minus factor times standard error, and the mean plus it.",
        ],
        solution="""
from scipy import stats


def paired_difference(a, b):
    d = a - b
    half = stats.t.ppf(0.975, len(d) - 1) * d.std(ddof=1) / np.sqrt(len(d))
    return d.mean(), d.mean() - half, d.mean() + half
""",
        analysis="A difficult month raises the loss of both recipes, and the difference does not see it: that is why pairs show with few runs what two separate means hide. If the interval holds 0, this "
        "experiment cannot say which recipe is better; then take the simpler one. Runs that share their months are not quite independent, so the interval is rather too narrow than too wide.",
    ),
    Exercise(
        "04.6",
        "Which cure made which curve?",
        "4",
        check=check_curves,
        lead="The answer:",
        hints=[
            "Two panels can be named at a glance: one has fewer epochs than the others, one has the widest gap.",
            "Of the other two: where does the validation loss still rise at the end, and where do both lines lie close together?",
            "Many rows cannot be learnt by heart: the lines stay together, and the dashed line ends lowest of all. Dropout slows memorising down; it does not end it.",
        ],
        solution="""
curves = {
    "no cure": "C",
    "dropout": "A",
    "early stopping": "D",
    "more data": "B",
}
""",
        analysis="The same network and the same number of steps in each epoch. With 600 rows, of which about sixty are buyers, it knows them all by heart after 20 epochs (C). Early stopping (D) ends a little after the best epoch, and that is all it does. "
        "Dropout (A) makes the rise slower and smaller. More rows (B, here all of January to July) lower the best loss itself, which neither of the other two reaches. The solid line of A lies higher also because dropout is on while it is measured, and off for the dashed one.",
    ),
    Exercise(
        "04.7",
        "Tuned on the test rows",
        "5",
        check=check_tune,
        hints=[
            "Two questions are asked of the rows: which setting is best, and how good is it? Each needs rows of its own.",
            "In the loop: `score(model, valid)`. After the loop the test rows are looked at once.",
            "After the loop `model` is the one of the last setting. Keep all in a dictionary, `models[setting] = model`, and score `models[best]`.",
        ],
        solution="""
def tune(train, valid, test, settings, fit, score):
    models, losses = {}, {}
    for setting in settings:
        models[setting] = fit(train, setting)
        losses[setting] = score(models[setting], valid)
    best = min(losses, key=losses.get)
    return best, score(models[best], test)
""",
        analysis="The lowest of several losses is partly luck, and the luck is in the number that is reported. The validation rows may be lucky for the winner; the test rows have not been asked before. "
        "The more settings are tried, the larger the luck: thirty settings that are all alike still have a *best* one.",
    ),
    Exercise(
        "04.9",
        "AUC by pairs",
        "6",
        check=check_auc_by_pairs,
        hints=[
            "Split the scores first: `buyers = score[y == 1]` and `others = score[y == 0]`. How many pairs can be made of one buyer and one non-buyer?",
            "`buyers[:, None] > others` compares each buyer with each non-buyer, in one table of True and False. Its mean is a share.",
            "Add half of the ties: `0.5 * (buyers[:, None] == others).mean()`.",
        ],
        solution="""
def auc_by_pairs(y, score):
    buyers, others = score[y == 1], score[y == 0]
    wins = buyers[:, None] > others
    ties = buyers[:, None] == others
    return wins.mean() + 0.5 * ties.mean()
""",
        analysis="AUC answers one question: is a random buyer placed before a random non-buyer? It looks at the order alone, so p, 2p and the logit of p have the same AUC. That is its strength when a list "
        "is cut at a budget, and its weakness when costs need a probability: a model with an excellent AUC can say 40 % where 10 % is true.",
    ),
    Exercise(
        "04.10",
        "Calibrated on the wrong rows",
        "6",
        check=check_calibrate,
        hints=[
            "On which rows does the network show how certain it is about customers that it has not seen?",
            "Platt scaling is a straight line on the logit: log(p / (1 − p)). The same scale is needed when it is fitted and when it is used.",
            "`logit = lambda p: np.log(p / (1 - p)).reshape(-1, 1)`, then `.fit(logit(p_valid), y_valid)` and `.predict_proba(logit(p_new))[:, 1]`.",
        ],
        solution="""
from sklearn.linear_model import LogisticRegression


def calibrate(p_train, y_train, p_valid, y_valid, p_new):
    def logit(p):
        return np.log(p / (1 - p)).reshape(-1, 1)

    platt = LogisticRegression(C=np.inf).fit(logit(p_valid), y_valid)
    return platt.predict_proba(logit(p_new))[:, 1]
""",
        analysis="Two numbers, intercept and slope, repair a network that is too certain (slope below 1) or too high everywhere (intercept below 0). The order of the customers stays, so AUC and lift do not move; "
        "log-loss and the choice by costs do. On the training rows the same two lines of code make things worse, because the network looks too *modest* there.",
        answer="calibrate",
    ),
    Exercise(
        "04.11",
        "The mailing list",
        "7",
        check=check_mailing,
        hints=[
            "Two conditions, one after the other: does the letter pay, and is it among the best that the budget allows?",
            "`np.argsort(-p)` gives the row numbers, the highest p first. Keep the first `budget` of them.",
            "`write = np.zeros(len(p), dtype=bool)`, `write[np.argsort(-p)[:budget]] = True`, and then `write & (p * value > cost)`.",
        ],
        solution="""
def mailing(p, value, cost, budget):
    write = np.zeros(len(p), dtype=bool)
    write[np.argsort(-p)[:budget]] = True
    return write & (p * value > cost)
""",
        analysis="The costs ask for a *probability*, p > cost / value: they need calibration. The budget asks for an *order*: it needs ranking. If the budget is short, only the order counts; if it is not, "
        "the threshold does. Choosing by rank instead of by a second threshold keeps the number of letters right when many customers share a score.",
    ),
    Exercise(
        "04.13",
        "Undo the undersampling",
        "8",
        check=check_undo_undersampling,
        hints=[
            "Among 100 rows of the thinned table with the same p there are 100 · p buyers. How many non-buyers do the other rows stand for in the full table?",
            "Each non-buyer that was kept stands for 1 / kept of them: (1 − p) / kept.",
            "The share of the buyers among all: `p / (p + (1 - p) / kept)`.",
        ],
        solution="""
def undo_undersampling(p, kept):
    return p / (p + (1 - p) / kept)
""",
        analysis="The odds are multiplied by `kept`, and the order of the customers stays. Without this step a network trained half and half says about 50 % for an average customer, where 10 % is true, and every letter seems "
        "to pay. Class weights do the same to the probabilities, and the same formula undoes them, with kept = 1 / weight of the buyers. (The formula: Dal Pozzolo and others, 2015.)",
    ),
    Exercise(
        "04.14",
        "Better than possible",
        "8",
        check=check_make_parts,
        hints=[
            "A buyer who stands in the table nine times: in which of the two parts do the nine copies land?",
            "The first line must be the split, of `rows`. Everything after it uses `train` alone.",
            "`buyers` and `others` come from `train`; the balanced table is `pd.concat([others, buyers.sample(len(others), replace=True, random_state=seed)])`, and `test` stays as it is.",
        ],
        solution="""
from sklearn.model_selection import train_test_split


def make_parts(rows, seed):
    train, test = train_test_split(rows, test_size=0.25, random_state=seed)
    buyers = train[train["purchased"] == 1]
    others = train[train["purchased"] == 0]
    more = buyers.sample(len(others), replace=True, random_state=seed)
    return pd.concat([others, more]), test
""",
        analysis="A copy in the test part is a question whose answer was in the book: any model with a good memory gets it right, and AUC can rise above what the best possible model reaches. "
        "The rule behind it is older than oversampling: first the split, then everything that looks at the rows. The test part also keeps the true share of buyers.",
        answer="make_parts",
    ),
    Exercise(
        "04.15",
        "Scoring that learns",
        "9",
        check=check_score_new,
        hints=[
            "Two verbs of an encoder: one learns from the rows and then turns them into numbers, one only turns them into numbers. Which one belongs here?",
            "`inputs = encoder.transform(rows)`, then `network(inputs)`. The result of the network has the shape (n, 1).",
        ],
        solution="""
def score_new(rows, encoder, network):
    inputs = encoder.transform(rows)
    return np.asarray(network(inputs))[:, 0]
""",
        analysis="With `fit_transform` nothing fails and nothing warns: the scores are wrong, and differently wrong for each batch. One test finds it: score some rows together and one by one, and compare. "
        "A saved pipeline has no `fit` at all at this point, which is the surest protection.",
    ),
    Exercise(
        "04.16",
        "Trees, network or regression?",
        "1",
        check=check_models,
        lead="The answer:",
        hints=[
            "What does the situation ask for: strength on a plain table, inputs that are no columns, numbers that another model uses as well, or reasons?",
            "Two of the four need something that only a network has: reading photo and text together with the columns, and embeddings that can be shared.",
        ],
        solution="""
models = {
    "12,000 rows, 20 columns, one score a month": "boosted trees",
    "product photo and text beside the columns": "network",
    "a category column with 50,000 products shared with a recommender": "network",
    "an auditor wants one line per reason": "logistic regression",
}
""",
        analysis="On a plain table of this size boosted trees are the first thing to try, and often the last. A network earns its effort where its parts can be joined with other networks. A logistic regression "
        "is the baseline of all of them, and sometimes the answer: a slightly higher log-loss can be a fair price for reasons that can be read out.",
    ),
]
EXERCISES = sorted([*CODE, *QUESTIONS], key=lambda e: int(e.id.partition(".")[2]))
