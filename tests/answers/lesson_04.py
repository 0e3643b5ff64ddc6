"""Right and wrong answers of lesson 04: the checker must accept the first and name the misconception of the second."""

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split

# 04.3 -----------------------------------------------------------------------------------------------------


def slots(x, edges, low=0, high=1):
    return np.clip((x[:, None] - edges[:-1]) / np.diff(edges), low, high)


def slots_loop(x, edges):
    out = np.zeros((len(x), len(edges) - 1))
    for i, value in enumerate(x):
        for j in range(len(edges) - 1):
            if value >= edges[j + 1]:
                out[i, j] = 1
            elif value > edges[j]:
                out[i, j] = (value - edges[j]) / (edges[j + 1] - edges[j])
    return out


def slots_columns(x, edges):
    columns = [np.interp(x, pair, [0, 1]) for pair in pairwise(edges)]
    return np.stack(columns, axis=1).tolist()


def slots_one_hot(x, edges):
    return (x[:, None] >= edges[:-1]) & (x[:, None] < edges[1:])


def slots_last_only(x, edges):
    return np.where(slots_one_hot(x, edges), slots(x, edges), 0)


def slots_cut_inside(x, edges):
    out = slots(x, edges)
    free = slots(x, edges, -np.inf, np.inf)
    if len(edges) > 2:
        out[:, 0] = np.minimum(free[:, 0], 1)
        out[:, -1] = np.maximum(free[:, -1], 0)
    return out


def slots_whole_numbers(x, edges):
    out = np.zeros((len(x), len(edges) - 1), dtype=x.dtype)
    out[:] = slots(x, edges)
    return out


def slots_by_edge(x, edges):
    return np.clip((x[:, None] - edges) / (edges[-1] - edges[0]), 0, 1)


# 04.5 -----------------------------------------------------------------------------------------------------


def paired(spread=lambda a, b: (a - b).std(ddof=1), root=np.sqrt, factor=lambda n: stats.t.ppf(0.975, n - 1)):
    def paired_difference(a, b):
        n, mean = len(a), (a - b).mean()
        half = factor(n) * spread(a, b) / root(n)
        return mean, mean - half, mean + half

    return paired_difference


def paired_scipy(a, b):
    low, high = stats.ttest_rel(a, b).confidence_interval(0.95)
    return [np.mean(a) - np.mean(b), low, high]


def paired_interval(a, b):
    d = a - b
    ends = stats.t.interval(0.95, len(d) - 1, loc=d.mean(), scale=stats.sem(d))
    return np.array([d.mean(), *ends])


def paired_turned(a, b):
    return paired()(b, a)


def paired_order(a, b):
    mean, low, high = paired()(a, b)
    return low, mean, high


def paired_ends(a, b):
    mean, low, high = paired()(a, b)
    return mean, high, low


def paired_half(a, b):
    mean, _, high = paired()(a, b)
    return mean, high - mean


def paired_around_0(a, b):
    mean, _, high = paired()(a, b)
    return mean, mean - high, high - mean


def paired_ratio(a, b):
    return (a / b).mean(), 0, 1


# 04.7 -----------------------------------------------------------------------------------------------------

TUNE = """
def tune(train, valid, test, settings, fit, score):
    losses = {}
    models = {}
    for setting in settings:
        model = fit(train, setting)
        models[setting] = model
        losses[setting] = score(model, valid)
    best = min(losses, key=losses.get)
    return best, score(models[best], test)
"""


def tune_with(*changes):
    source = TUNE
    for old, new in changes:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    names = {"np": np}
    exec(source, names)
    return names["tune"]


def tune_short(train, valid, test, settings, fit, score):
    best = min(settings, key=lambda setting: score(fit(train, setting), valid))
    return [best, score(fit(train, best), test)]


def tune_list(train, valid, test, settings, fit, score):
    models = [fit(train, setting) for setting in settings]
    k = int(np.argmin([score(model, valid) for model in models]))
    return settings[k], score(models[k], test)


def tune_as_given(train, valid, test, settings, fit, score):
    losses = {}
    for setting in settings:
        model = fit(train, setting)
        losses[setting] = score(model, test)
    best = min(losses, key=losses.get)
    return best, losses[best]


def tune_both_tables(train, valid, test, settings, fit, score):
    losses, tests = {}, {}
    for setting in settings:
        model = fit(train, setting)
        losses[setting], tests[setting] = score(model, valid), score(model, test)
    best = min(losses, key=losses.get)
    return best, tests[best]


def tune_early_look(train, valid, test, settings, fit, score):
    first = score(fit(train, settings[0]), test)
    best, _ = tune_as_given(train, valid, valid, settings, fit, score)
    return best, first


# 04.9 -----------------------------------------------------------------------------------------------------


def auc(y, score, tie=0.5):
    buyers, others = score[y == 1], score[y == 0]
    return (buyers[:, None] > others).mean() + tie * (buyers[:, None] == others).mean()


def auc_loop(y, score):
    won = pairs = 0
    for buyer in score[y == 1].tolist():
        for other in score[y == 0].tolist():
            won += 1 if buyer > other else 0.5 if buyer == other else 0
            pairs += 1
    return won / pairs


def auc_ranks(y, score):
    n = y.sum()
    return (stats.rankdata(score)[y == 1].sum() - n * (n + 1) / 2) / (n * (len(y) - n))


# 04.10 ----------------------------------------------------------------------------------------------------


def logit(p):
    return np.log(p / (1 - p))


def _platt(x, y, new, column=1, **settings):
    model = LogisticRegression(**{"C": np.inf, **settings}).fit(x.reshape(-1, 1), y)
    return model.predict_proba(new.reshape(-1, 1))[:, column]


def calibrate(p_train, y_train, p_valid, y_valid, p_new):
    return _platt(logit(p_valid), y_valid, logit(p_new))


def calibrate_default(p_train, y_train, p_valid, y_valid, p_new):
    return list(_platt(logit(p_valid), y_valid, logit(p_new), C=1.0))


def calibrate_as_given(p_train, y_train, p_valid, y_valid, p_new):
    return _platt(p_train, y_train, p_new)


def calibrate_train(p_train, y_train, p_valid, y_valid, p_new):
    return _platt(logit(p_train), y_train, logit(p_new))


def calibrate_scale(p_train, y_train, p_valid, y_valid, p_new):
    return _platt(p_valid, y_valid, p_new)


def calibrate_mixed(p_train, y_train, p_valid, y_valid, p_new):
    return _platt(logit(p_valid), y_valid, p_new)


def calibrate_both(p_train, y_train, p_valid, y_valid, p_new):
    p, y = np.concatenate([p_train, p_valid]), np.concatenate([y_train, y_valid])
    return _platt(logit(p), y, logit(p_new))


def calibrate_no_order(p_train, y_train, p_valid, y_valid, p_new):
    return _platt(logit(p_valid), y_valid, logit(p_new), column=0)


def calibrate_two_columns(p_train, y_train, p_valid, y_valid, p_new):
    good = calibrate(p_train, y_train, p_valid, y_valid, p_new)
    return np.column_stack([1 - good, good])


def calibrate_labels(*data):
    return calibrate(*data) > 0.5


def calibrate_logits(*data):
    return logit(calibrate(*data))


# 04.11 ----------------------------------------------------------------------------------------------------


def mailing(p, value, cost, budget):
    write = np.zeros(len(p), dtype=bool)
    write[np.argsort(-p)[:budget]] = True
    return write & (p * value > cost)


def mailing_loop(p, value, cost, budget):
    write = [False] * len(p)
    for i in sorted(range(len(p)), key=lambda i: p[i], reverse=True)[:budget]:
        write[i] = bool(p[i] > cost / value)
    return write


def mailing_other_ties(p, value, cost, budget):
    """Among customers with the same p the last ones of the table come first."""
    rows = [i for i in np.argsort(p, kind="stable")[::-1] if p[i] * value > cost]
    return np.isin(np.arange(len(p)), rows[:budget])


def mailing_threshold(p, value, cost, budget):
    if budget == 0:
        return np.zeros(len(p), dtype=bool)
    last = np.sort(p)[::-1][min(budget, len(p)) - 1]
    return (p * value > cost) & (p >= last)


def mailing_above(p, value, cost, budget):
    last = np.sort(p)[::-1][budget] if budget < len(p) else -1
    return (p * value > cost) & (p > last)


def mailing_half(p, value, cost, budget):
    return mailing(p, 1.0, 0.5, budget)


def mailing_whole_budget(p, value, cost, budget):
    return mailing(p, 1.0, 0.0, budget)


def mailing_no_budget(p, value, cost, budget):
    return p * value > cost


def mailing_lowest(p, value, cost, budget):
    return mailing(-p, -value, cost, budget)


def mailing_first(p, value, cost, budget):
    pays = p * value > cost
    return pays & (np.cumsum(pays) <= budget)


def mailing_at_cost(p, value, cost, budget):
    return mailing(p, 1.0, 0.0, budget) & (p * value >= cost)


def mailing_rows(p, value, cost, budget):
    return np.flatnonzero(mailing(p, value, cost, budget))


def mailing_numbers(p, value, cost, budget):
    return mailing(p, value, cost, budget).astype(int)


def mailing_exchanged(p, value, cost, budget):
    return mailing(p, cost, value, budget)


def mailing_one_more(p, value, cost, budget):
    return mailing(p, value, cost, budget + 1)


def mailing_without_value(p, value, cost, budget):
    return mailing(p, 1.0, cost, budget)


# 04.13 ----------------------------------------------------------------------------------------------------


def undo_beta(p, kept):
    return kept * p / ((kept - 1) * p + 1)


def undo_loop(p, kept):
    return [float(q / (q + (1 - q) / kept)) for q in p]


def undo_odds(p, kept):
    odds = kept * p / (1 - p)
    return odds / (1 + odds)


# 04.14 ----------------------------------------------------------------------------------------------------


def _more_buyers(table, seed, source=None):
    source = table if source is None else source
    others = table[table["purchased"] == 0]
    buyers = source[source["purchased"] == 1]
    return pd.concat([others, buyers.sample(len(others), replace=True, random_state=seed)])


def _split(table, seed):
    return train_test_split(table, test_size=0.25, random_state=seed)


def parts(rows, seed):
    train, test = _split(rows, seed)
    return _more_buyers(train, seed), test


def parts_added(rows, seed):
    """The training rows stay, and copies of buyers are added; shuffled, stratified, with a new index."""
    train, test = train_test_split(rows, test_size=0.25, stratify=rows["purchased"], random_state=seed)
    buyers = train[train["purchased"] == 1]
    missing = len(train) - 2 * len(buyers)
    train = pd.concat([train, buyers.sample(missing, replace=True, random_state=seed)])
    return [train.sample(frac=1, random_state=seed).reset_index(drop=True), test.reset_index(drop=True)]


def parts_as_given(rows, seed):
    return tuple(_split(_more_buyers(rows, seed), seed))


def parts_from_all(rows, seed):
    train, test = _split(rows, seed)
    return _more_buyers(train, seed, source=rows), test


def parts_test_too(rows, seed):
    train, test = _split(rows, seed)
    return _more_buyers(train, seed), _more_buyers(test, seed)


def parts_unbalanced(rows, seed):
    return tuple(_split(rows, seed))


def parts_fewer(rows, seed):
    train, test = _split(rows, seed)
    buyers, others = train[train["purchased"] == 1], train[train["purchased"] == 0]
    return pd.concat([buyers, others.sample(len(buyers), random_state=seed)]), test


def parts_too_many(rows, seed):
    train, test = _split(rows, seed)
    buyers, others = train[train["purchased"] == 1], train[train["purchased"] == 0]
    return pd.concat([train, buyers.sample(len(others), replace=True, random_state=seed)]), test


def parts_exchanged(rows, seed):
    train, test = parts(rows, seed)
    return test, train


def parts_half(rows, seed):
    train, test = train_test_split(rows, test_size=0.5, random_state=seed)
    return _more_buyers(train, seed), test


def parts_changed(rows, seed):
    train, test = parts(rows, seed)
    return train.assign(visits=train["visits"] + 1), test


def parts_other_columns(rows, seed):
    train, test = parts(rows, seed)
    return train.drop(columns="customer_id"), test


# 04.15 ----------------------------------------------------------------------------------------------------


def score_new(rows, encoder, network):
    return np.asarray(network(encoder.transform(rows)))[:, 0]


def score_predict(rows, encoder, network):
    return network.predict(encoder.transform(rows), verbose=0).ravel().tolist()


def score_refit(rows, encoder, network):
    return np.asarray(network(encoder.fit_transform(rows)))[:, 0]


def score_refit_in_two(rows, encoder, network):
    return np.asarray(network(encoder.fit(rows).transform(rows)))[:, 0]


def score_raw(rows, encoder, network):
    return np.asarray(network(rows))[:, 0]


def score_shape(rows, encoder, network):
    return network(encoder.transform(rows))


def score_labels(rows, encoder, network):
    return score_new(rows, encoder, network) > 0.5


def score_sorted(rows, encoder, network):
    return np.sort(score_new(rows, encoder, network))


def score_no_order(rows, encoder, network):
    return 1 - score_new(rows, encoder, network)


def score_own(rows, encoder, network):
    values = rows.to_numpy()
    return np.asarray(network((values - values.mean(axis=0)) / (values.std(axis=0) + 1e-9)))[:, 0]


# Choices --------------------------------------------------------------------------------------------------

TREATMENT = {
    "spend in euros, a few very large": "quantiles or a logarithm",
    "city, 52 levels": "an embedding",
    "satisfaction, a third missing": "a flag beside the filled value",
    "a channel that appears for the first time at scoring": "the code kept for the unknown",
}
CURVES = {"no cure": "C", "dropout": "A", "early stopping": "D", "more data": "B"}
MODELS = {
    "12,000 rows, 20 columns, one score a month": "boosted trees",
    "product photo and text beside the columns": "network",
    "a category column with 50,000 products shared with a recommender": "network",
    "an auditor wants one line per reason": "logistic regression",
}


def _swapped(table, one, other):
    return {**table, one: table[other], other: table[one]}


SPEND, CITY, SATISFACTION, CHANNEL = TREATMENT
TABLE, PHOTO, PRODUCTS, AUDITOR = MODELS

ANSWERS = {
    "04.1": {
        "right": [0.898, "89.8 %", 8980 / 10_000],
        "wrong": [
            (0.102, "the share of the buyers"),
            ("10.2 %", "the share of the buyers"),
            (0.5, "a coin"),
            (0, "recall"),
            (1.0, "wrong for 1,020"),
            (8980, "their share"),
            (0.9, "Give three"),
            (1020 / 8980, "divided by non-buyers"),
            (0.77, "Divide by 10,000"),
        ],
    },
    "04.2": {
        "right": [4929, 11 * 64 + 65 * 64 + 65, "4,929"],
        "wrong": [
            (4800, "leaves out the biases"),
            (4928, "The output unit has a bias"),
            (4864, "without the output layer"),
            (4865, "64 weights are missing"),
            (4225, "without the first layer"),
            (769, "from 64 to 64"),
            (704, "the first layer alone"),
            (139, "adds the sizes"),
            (138, "adds the sizes"),
            (129, "number of biases"),
            (40_960, "multiplies all sizes"),
            (4939, "Inputs are no units"),
            (5000, "For each of the three layers"),
        ],
    },
    "04.3": {
        "right": [slots, slots_loop, slots_columns],
        "wrong": [
            (slots_one_hot, "one-hot"),
            (lambda x, e: slots_one_hot(x, e).astype(int), "one-hot"),
            (slots_last_only, "Only the slot in which the value lies"),
            (lambda x, e: slots(x, e, -np.inf, np.inf), "The cut is missing"),
            (lambda x, e: slots(x, e, 0, np.inf), "The cut at 1 is missing"),
            (lambda x, e: slots(x, e, -np.inf, 1), "The cut at 0 is missing"),
            (slots_cut_inside, "outside all edges"),
            (lambda x, e: slots(x, e).T, "rows are values, columns are slots"),
            (lambda x, e: x[:, None] >= e[:-1], "without a fraction"),
            (lambda x, e: np.clip(x[:, None] - e[:-1], 0, np.diff(e)), "The width is missing"),
            (lambda x, e: np.clip(x[:, None] - e[:-1], 0, 1), "*before* the cut"),
            (lambda x, e: np.clip((x[:, None] - e[:-1]) / (e[-1] - e[0]), 0, 1), "the whole range"),
            (slots_by_edge, "A slot lies *between* two edges"),
            (lambda x, e: 1 - slots(x, e), "The direction"),
            (lambda x, e: slots(x, e)[:, ::-1], "turned round"),
            (lambda x, e: np.searchsorted(e, x), "one number for each value"),
            (slots_whole_numbers, "whole numbers"),
            (lambda x, e: np.clip((x - e[:-1]) / np.diff(e), 0, 1), "Turn `x` into a column"),
            (lambda x, e: np.clip((x[:, None] - e[:-1]) / e[1:], 0, 1), "its right edge"),
            (lambda x, e: np.eye(len(e) - 1)[np.clip(np.searchsorted(e, x) - 1, 0, len(e) - 2)], "one-hot"),
            (lambda x, e: slots(x, e) ** 2, "the value 5.0 gave"),
            (lambda x, e: slots(x, e)[:-1], "has the shape"),
            (lambda x, e: None, "returned None"),
            (lambda x, e: "slots", "array of numbers"),
        ],
    },
    "04.4": {
        "right": [TREATMENT, {key: f" {value.upper()} " for key, value in reversed(TREATMENT.items())}],
        "wrong": [
            (_swapped(TREATMENT, SPEND, CITY), "almost each amount of euros"),
            (_swapped(TREATMENT, CITY, CHANNEL), "make them all equal"),
            (_swapped(TREATMENT, SATISFACTION, CHANNEL), "A third of the customers gave no answer"),
            (_swapped(TREATMENT, SPEND, SATISFACTION), "No spend is missing"),
            ({**TREATMENT, CHANNEL: "an embedding"}, "The embedding has no row"),
            ({**TREATMENT, CHANNEL: "a flag beside the filled value"}, "Nothing is missing"),
            ({**TREATMENT, CITY: "one-hot"}, "is not one of"),
            ({CITY: "an embedding"}, "exactly these keys"),
        ],
    },
    "04.5": {
        "right": [paired(), paired_scipy, paired_interval],
        "wrong": [
            (paired_turned, "The sign"),
            (paired(spread=lambda a, b: np.sqrt(a.var(ddof=1) + b.var(ddof=1))), "*unpaired*"),
            (paired(spread=lambda a, b: np.sqrt(a.var() + b.var())), "take the differences first"),
            (paired(spread=lambda a, b: (a - b).std()), "`ddof=1`"),
            (paired(root=lambda n: 1), "√n is missing"),
            (paired(root=lambda n: n), "divides it by √n"),
            (paired(factor=lambda n: 1.96), "1.96 is the factor for many pairs. With 5 pairs"),
            (paired(factor=lambda n: stats.t.ppf(0.95, n - 1)), "90 % interval"),
            (paired(factor=lambda n: stats.t.ppf(0.975, n)), "degrees of freedom"),
            (paired(factor=lambda n: 2.776), "2.776 is the factor for 5 pairs, and these are 12"),
            (paired(factor=lambda n: 1), "one standard error"),
            (paired(spread=lambda a, b: (a - b).std(), factor=lambda n: 1.96), "1.96 is the factor"),
            (paired(factor=lambda n: 17), "the interval is not"),
            (paired_order, "first the mean"),
            (paired_ends, "The upper end stands before"),
            (paired_half, "2 numbers"),
            (paired_around_0, "around 0"),
            (paired_ratio, "the mean of the 5 differences"),
            (lambda a, b: (paired()(a, b)[0], -1, 1), "as far below"),
            (lambda a, b: (np.nan, 0, 1), "NaN"),
            (lambda a, b: None, "returned None"),
            (lambda a, b: (a - b).mean(), "Return three numbers"),
        ],
    },
    "04.6": {
        "right": [CURVES, {key: value.lower() for key, value in reversed(CURVES.items())}],
        "wrong": [
            (
                _swapped(CURVES, "no cure", "early stopping"),
                "*early stopping*: Early stopping does not change",
            ),
            (_swapped(CURVES, "dropout", "more data"), "*more data*"),
            (_swapped(CURVES, "no cure", "dropout"), "*no cure*"),
            (_swapped(CURVES, "early stopping", "more data"), "In panel B both lines"),
            ({**CURVES, "dropout": "B"}, "once"),
            ({**CURVES, "dropout": "E"}, "is not one of"),
            (list(CURVES.values()), "dictionary"),
        ],
    },
    "04.7": {
        "right": [tune_with(), tune_short, tune_list],
        "wrong": [
            (tune_as_given, "picked by the test rows"),
            (tune_both_tables, "`score` saw the test rows 4 times"),
            (tune_with(("score(model, valid)", "score(model, test)")), "picked by the test rows"),
            (tune_with(("score(models[best], test)", "losses[best]")), "comes from the validation rows"),
            (tune_with(("score(models[best], test)", "score(model, test)")), "the *last* setting"),
            (tune_with(("min(losses", "max(losses")), "The setting with the *highest*"),
            (tune_with(("score(model, valid)", "score(model, train)")), "The validation rows were not used"),
            (tune_with(("fit(train, setting)", "fit(test, setting)")), "called with the test rows"),
            (tune_with(("fit(train, setting)", "fit(valid, setting)")), "called with the valid rows"),
            (tune_with(("score(model, valid)", "score(valid, model)")), "exchanged"),
            (
                tune_with(
                    ("return best, score(models[best], test)", "return score(models[best], test), best")
                ),
                "order",
            ),
            (tune_with(("return best,", "return models[best],")), "Return the setting itself"),
            (tune_with(("in settings", "in settings[:2]")), "2 of 4 settings"),
            (tune_with(("return best, score(models[best], test)", "return best")), "Return two values"),
            (tune_with(("    return best, score(models[best], test)", "    best")), "returned None"),
            (
                tune_with(("score(models[best], test)", "score(models[best], test) * 2")),
                "The number reported is",
            ),
            (tune_with(("score(models[best], test)", "score(best, test)")), "a model that `fit` returned"),
            (tune_with(("score(models[best], test)", "score(models[best], [1])")), "one of the three parts"),
            (tune_with(("key=losses.get", "default=0")), "compares the *settings*"),
            (
                tune_with(("score(models[best], test)", "score(fit(train + valid, best), test)")),
                "Leave the parts apart",
            ),
            (tune_early_look, "before the choice"),
        ],
    },
    "04.8": {
        "right": [0.3429, 240 / 700, "34.3 %", 0.343],
        "wrong": [
            (0.35, "arithmetic mean"),
            (0.30, "the precision"),
            (0.40, "the recall"),
            (0.12, "precision times recall"),
            (0.1714, "The factor 2"),
            (0.3464, "geometric mean"),
            (0.7, "the sum"),
            (0.34, "two decimals"),
            (0.2069, "Jaccard"),
            (0.75, "Compute precision and recall first"),
            (0.9, "First precision"),
        ],
    },
    "04.9": {
        "right": [auc, auc_loop, auc_ranks, roc_auc_score],
        "wrong": [
            (lambda y, s: auc(y, s, tie=0), "count 0 here"),
            (lambda y, s: auc(y, s, tie=1), "count 1 here"),
            (lambda y, s: auc(y, -s), "the other way round"),
            (lambda y, s: auc(1 - y, s, tie=0), "the other way round"),
            (lambda y, s: accuracy_score(y, s > 0.5), "accuracy"),
            (lambda y, s: auc(y, s) * y.sum() * (1 - y).sum(), "the number of pairs"),
            (lambda y, s: auc(y, s) * y.sum() * (1 - y).sum() / len(y) ** 2, "n²"),
            (
                lambda y, s: auc(y, s) * y.sum() * (1 - y).sum() / (len(y) * (len(y) - 1) / 2),
                "all pairs of rows",
            ),
            (lambda y, s: auc(1 - y, s, tie=1), "A tie counts one half"),
            (lambda y, s: 0.5, "There are 6 pairs"),
            (lambda y, s: 2 * auc(y, s) - 1, "Gini"),
            (lambda y, s: 100 * auc(y, s), "percent"),
            (lambda y, s: np.nan, "division by 0"),
            (lambda y, s: s, "must return one number"),
            (lambda y, s: None, "returned None"),
        ],
    },
    "04.10": {
        "right": [calibrate, calibrate_default],
        "wrong": [
            (calibrate_as_given, "fitted on the training rows"),
            (calibrate_as_given, "*logit*"),
            (calibrate_train, "It was fitted on the training rows"),
            (calibrate_scale, "The rows are right"),
            (calibrate_mixed, "fitted on the logit and used on p"),
            (calibrate_both, "put together"),
            (calibrate_no_order, "*no* order"),
            (calibrate_two_columns, "one column of `predict_proba`"),
            (calibrate_labels, "labels"),
            (calibrate_logits, "These are logits"),
            (lambda a, b, c, d, p: p, "came back as they were"),
            (lambda a, b, c, d, p: p / 2, "For p = "),
            (lambda a, b, c, d, p: p[1:], "has the shape"),
            (lambda *data: None, "returned None"),
        ],
    },
    "04.11": {
        "right": [mailing, mailing_loop, mailing_other_ties],
        "wrong": [
            (mailing_half, "The threshold is 0.5"),
            (mailing_whole_budget, "The cost is missing"),
            (mailing_no_budget, "The budget is missing"),
            (mailing_lowest, "*lowest*"),
            (mailing_first, "The first letters of the table"),
            (mailing_threshold, "more letters than the budget"),
            (mailing_above, "part of the budget is not used"),
            (mailing_at_cost, "exactly its cost"),
            (mailing_rows, "row numbers"),
            (mailing_numbers, "*row 0*"),
            (mailing_exchanged, "exchanged"),
            (mailing_one_more, "one letter more"),
            (mailing_without_value, "`value` is missing"),
            (lambda p, v, c, b: np.ones(len(p), dtype=bool), "Everybody"),
            (lambda p, v, c, b: np.isin(p, np.sort(p)[-b:]) & (p * v > c), "more letters than the budget"),
            (lambda p, v, c, b: mailing(p, v, c, b or 9), "is the whole list when budget is 0"),
            (lambda p, v, c, b: mailing(p, v, c - 0.1, b), "do not bring more than they cost"),
            (lambda p, v, c, b: mailing(p, v, c + 0.1, b), "First ask which letters pay"),
            (lambda p, v, c, b: mailing(p, v, c, b - 1) if b else p < 0, "one letter less"),
            (
                lambda p, v, c, b: (p * v > c) & (p > (np.sort(p)[-b] if 0 < b < len(p) else -1)) & (b > 0),
                "compared with `>`",
            ),
            (lambda p, v, c, b: p, "boolean array"),
            (lambda p, v, c, b: mailing(p, v, c, b)[:, None], "it must be (8,)"),
            (lambda p, v, c, b: None, "returned None"),
        ],
    },
    "04.12": {
        "right": [0.3725, "37.3 %", 380 / 1020],
        "wrong": [
            (3.73, "the *lift*"),
            (0.38, "the other way round"),
            (0.038, "all *customers*"),
            (0.0373, "a factor of ten"),
            (0.1, "a random tenth"),
            (0.268, "upside down"),
            (0.102, "among all customers"),
            (0.37, "Give three"),
            (380, "Which share of all buyers"),
            (0.9, "Think of 10,000"),
        ],
    },
    "04.13": {
        "right": [undo_beta, undo_loop, lambda p, kept: p * kept / (p * kept + 1 - p)],
        "wrong": [
            (lambda p, kept: p * kept, "*odds*"),
            (lambda p, kept: p / (p + (1 - p) * kept), "The direction is the other one"),
            (lambda p, kept: p / kept, "above 1"),
            (lambda p, kept: kept * p / (1 - p), "These are odds"),
            (lambda p, kept: p, "Nothing has changed"),
            (lambda p, kept: (1 - p) / kept / (p + (1 - p) / kept), "probability of *no* order"),
            (lambda p, kept: p / (p + (1 - p) / max(1 - kept, 1e-9)), "the share that was taken out"),
            (lambda p, kept: p / (p + kept), "The part of the non-buyers"),
            (lambda p, kept: kept * p / (kept * p + (1 - p) / kept), "used twice"),
            (undo_odds, "must stay 0 and 1"),
            (lambda p, kept: p**2, "Count: of p buyers"),
            (lambda p, kept: p.mean(), "one number for each p"),
            (lambda p, kept: "p", "array of numbers"),
            (lambda p, kept: None, "returned None"),
        ],
    },
    "04.14": {
        "right": [parts, parts_added],
        "wrong": [
            (parts_as_given, "before the split"),
            (parts_from_all, "drawn from all `rows`"),
            (lambda rows, seed: (_more_buyers(rows, seed), _split(rows, seed)[1]), "made of all `rows`"),
            (parts_test_too, "The test rows were oversampled as well"),
            (parts_unbalanced, "were not balanced"),
            (parts_fewer, "takes no row away"),
            (parts_too_many, "both numbers must be equal"),
            (parts_exchanged, "The two parts are exchanged"),
            (lambda rows, seed: parts_unbalanced(rows, seed)[::-1], "The two parts are exchanged"),
            (parts_half, "a quarter of the"),
            (parts_changed, "change no value"),
            (parts_other_columns, "keep the columns"),
            (lambda rows, seed: rows, "Return two tables"),
            (lambda rows, seed: None, "returned None"),
        ],
    },
    "04.15": {
        "right": [
            score_new,
            score_predict,
            lambda rows, encoder, network: network(encoder.transform(rows)).numpy()[:, 0],
        ],
        "wrong": [
            (score_refit, "fitted again"),
            (score_refit_in_two, "fitted again"),
            (score_raw, "raw rows"),
            (score_shape, "`[:, 0]`"),
            (
                lambda rows, encoder, network: np.squeeze(score_shape(rows, encoder, network)),
                "without a dimension",
            ),
            (score_labels, "decisions"),
            (score_sorted, "another order"),
            (score_no_order, "*no* order"),
            (score_own, "With seven rows at once"),
            (lambda rows, encoder, network: encoder.transform(rows.to_numpy()), "by their names"),
            (lambda rows, encoder, network: encoder.transform(rows), "has the shape"),
            (lambda rows, encoder, network: None, "returned None"),
        ],
    },
    "04.16": {
        "right": [MODELS, {key: value.title() for key, value in reversed(MODELS.items())}],
        "wrong": [
            ({**MODELS, TABLE: "network"}, "default settings"),
            ({**MODELS, TABLE: "logistic regression"}, "one straight line"),
            ({**MODELS, PHOTO: "boosted trees"}, "a single pixel"),
            ({**MODELS, PHOTO: "logistic regression"}, "nothing of shapes"),
            ({**MODELS, PRODUCTS: "boosted trees"}, "50,000 levels"),
            ({**MODELS, PRODUCTS: "logistic regression"}, "similar products share nothing"),
            ({**MODELS, AUDITOR: "boosted trees"}, "Hundreds of trees"),
            ({**MODELS, AUDITOR: "network"}, "thousands of weights"),
            ({**MODELS, AUDITOR: "a committee"}, "is not one of"),
            (MODELS[TABLE], "dictionary"),
        ],
    },
}
