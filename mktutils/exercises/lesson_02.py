"""Exercises of lesson 02: one neuron, its losses and their gradients, and what its probabilities are worth."""

from mktutils.exercises._losses_02 import check_bce_gradient, check_softmax_gradient, check_stable_bce
from mktutils.exercises._neuron_02 import check_corrected, check_elu_derivative, check_line
from mktutils.exercises._questions_02 import TRAINING, check_losses
from mktutils.exercises._training_02 import four_trainings
from mktutils.lesson import Exercise, choice, predict

__all__ = ["EXERCISES", "four_trainings"]

NEURON = [
    predict(
        "02.1",
        "The output of a neuron",
        "1",
        value=0.4502,
        tolerance=0.0006,
        percent=True,
        misconceptions=[
            (-0.2, "−0.2 is z, the weighted sum. The neuron gives σ(z)."),
            (0.858, "0.858 is σ(1.8): the bias is missing. z = w·x + b, and b is −2."),
            (0, "0 is what a ReLU would give for z = −0.2. This neuron has a sigmoid."),
            (0.5498, "0.550 is σ(0.2): the sign of z is lost. In e^(−z) the exponent is +0.2 here."),
            (0.9781, "0.978 is σ(3.8): the bias was added as +2. It is −2."),
            (0.525, "0.525 is σ(0.1): the two inputs are swapped. 0.8 belongs to 1, and 0.5 to 2."),
            (0.3318, "0.332 is σ(−0.7): the inputs are missing. Each weight is multiplied by its input."),
            (450, "Write a decimal point, 0.450: a comma is left out when the answer is read."),
        ],
        otherwise="Three steps: multiply each weight by its input, add the products and the bias, and apply 1 / (1 + e^(−z)).",
        hints=[
            "z = 0.8 · 1 + 0.5 · 2 − 2.",
            "z = −0.2. The sigmoid of 0 is 0.5; is σ(−0.2) above or below it?",
        ],
        solution="answer = 1 / (1 + np.exp(-(0.8 * 1 + 0.5 * 2 - 2)))",
        analysis="z = −0.2, and σ(−0.2) = 0.450. A negative z means a probability below one half: the sign of z tells on which side of the "
        "line z = 0 the customer lies, the size of z how far from it.",
    ),
    Exercise(
        "02.2",
        "The line of a threshold",
        "1",
        check=check_line,
        hints=[
            "On which z does the sigmoid give p? Turn p = 1 / (1 + e^(−z)) round.",
            "z = log(p / (1 − p)), the logit of p. Then solve w1·x1 + w2·x2 + b = z for x2.",
            "x2 = (z − b) / w2 − (w1 / w2)·x1.",
        ],
        solution="""
def line(w, b, p):
    logit = np.log(p / (1 - p))
    slope = -w[0] / w[1]
    intercept = (logit - b) / w[1]
    return slope, intercept
""",
        analysis="The threshold moves the line and does not turn it: all lines of one neuron are parallel. A letter that costs less lowers "
        "the threshold. With positive weights the line then moves down and to the left, and more customers get a letter; the neuron itself "
        "needs no new training.",
    ),
    Exercise(
        "02.3",
        "The derivative of ELU",
        "2",
        check=check_elu_derivative,
        hints=[
            "Two sides of 0, two derivatives. Multiply out: alpha·(e^z − 1) = alpha·e^z − alpha.",
            "e^z is its own derivative, and a constant has the derivative 0.",
            "`np.where(condition, value_if_true, value_if_false)` chooses entry by entry.",
        ],
        solution="""
def elu_derivative(z, alpha=1.0):
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0)))
""",
        analysis="On the negative side f′ = alpha·e^z = f + alpha, so it costs nothing when f is known. At z = −1 it is still 0.37 (alpha = 1), where "
        "plain ReLU has 0; at z = −10 it is 0.000045, and ELU is as good as saturated there. With alpha = 1 both sides meet at 0 with the slope 1. "
        "`np.minimum(z, 0)` is there because `np.where` computes both of its branches, and e^1000 overflows.",
    ),
    predict(
        "02.4",
        "Confidently wrong, and no gradient",
        "2, 3",
        value=-0.00492,
        tolerance=0.00006,
        misconceptions=[
            (
                -0.9975,
                "−0.9975 is a − y, the gradient of the *cross-entropy*. With the squared error the chain rule leaves the factors 2 and a·(1 − a).",
            ),
            (
                -1.99505,
                "−1.995 is 2·(a − y), the derivative by a. The chain rule continues: multiply by da/dz = a·(1 − a).",
            ),
            (0.00492, "The size is right, the sign is not: a − y is negative, the neuron says too little."),
            (
                -0.00246,
                "This is half of it: the derivative of the square, (a − y)², brings the factor 2.",
            ),
            (0.00247, "This is a·(1 − a) alone, the slope of the sigmoid. Multiply by 2·(a − y)."),
            (0.9951, "This is the loss itself, (a − y)². The question asks for its derivative by z."),
        ],
        otherwise="Chain rule: dL/dz = 2·(a − y) · a·(1 − a), with a = σ(−6). Give four decimals.",
        hints=[
            "Two links: L depends on a, and a depends on z. Multiply dL/da by da/dz.",
            "dL/da = 2·(a − y), da/dz = a·(1 − a), and a = 1 / (1 + e⁶).",
            "a = 0.002473, so 2·(−0.997527)·0.002466.",
        ],
        solution="a = 1 / (1 + np.exp(6))\nanswer = 2 * (a - 1) * a * (1 - a)",
        analysis="The neuron is almost as wrong as it can be, and the gradient is −0.0049. The cross-entropy gives a − y = −0.9975 "
        "for the same customer, about 200 times as much: its logarithm cancels the flat end of the sigmoid.",
    ),
    Exercise(
        "02.5",
        "The gradient of binary cross-entropy",
        "3",
        check=check_bce_gradient,
        hints=[
            "First the predictions: `p = 1 / (1 + np.exp(-(X @ w + b)))`, shape (n,).",
            "The derivative of the loss of one row by its z is p − y. By a weight it is (p − y) times the input of this weight.",
            "Sum over the rows by a matrix product: `X.T @ (p - y)` has the shape (d,). Then think of the mean.",
        ],
        solution="""
def bce_gradient(X, y, w, b):
    p = 1 / (1 + np.exp(-(X @ w + b)))
    dz = (p - y) / len(y)
    dw = X.T @ dz
    db = dz.sum()
    return dw, db
""",
        answer="bce_gradient",
        analysis="Each row pulls at the weights with its mistake p − y, times its inputs. In the best fit `db` = 0 says: the mean "
        "prediction equals the share of customers who ordered in the training rows.",
    ),
    Exercise(
        "02.6",
        "A gradient with two faults",
        "3",
        check=check_softmax_gradient,
        hints=[
            "The loss rises: the steps go uphill. What must the sign be if a prediction is too high?",
            "The mean is over rows. What does `Z.shape[1]` count?",
        ],
        solution="""
def softmax_gradient(Z, Y):
    e = np.exp(Z - Z.max(axis=1, keepdims=True))
    P = e / e.sum(axis=1, keepdims=True)
    return (P - Y) / len(Z)
""",
        analysis="Prediction minus label, divided by the number of rows: the same form as for the sigmoid with the binary cross-entropy. The "
        "second fault alone looks like a wrong learning rate in a loss curve; finite differences name it at once.",
    ),
    Exercise(
        "02.9",
        "A loss that survives log(0)",
        "5",
        check=check_stable_bce,
        hints=[
            "Write −log σ(z) without p: it is log(1 + e^(−z)). And −log(1 − σ(z)) is log(1 + e^z).",
            "For z < 0, e^(−z) overflows. Take z out of the logarithm: log(1 + e^(−z)) = −z + log(1 + e^z).",
            "Both cases in one line: max(z, 0) − z·y + log(1 + e^(−|z|)), with `np.maximum`, `np.log1p` and `np.abs`.",
        ],
        solution="""
def stable_bce(z, y):
    return np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z)))
""",
        analysis="The loss of a customer who is badly wrong grows like |z|, without a limit, and so the gradient stays p − y. This is what Keras "
        "computes with `from_logits=True`.",
    ),
    predict(
        "02.10",
        "From a weight to a chance",
        "6",
        value=0.2146,
        tolerance=0.0006,
        percent=True,
        misconceptions=[
            (
                0.246,
                "0.246 is 0.10 · e^0.9: you multiplied the *probability*. The factor e^0.9 belongs to the odds: with a chance of 0.90 the "
                "product would be above 1.",
            ),
            (0.2733, "0.273 are the new odds. A probability is odds / (1 + odds)."),
            (0.19, "0.19 is 0.10 · (1 + 0.9): the weight is not a percentage. It is added to the logit."),
            (
                1,
                "You added the weight to the probability. It is added to the logit, the logarithm of the odds.",
            ),
            (0.7109, "0.711 is σ(0.9): it starts from a chance of one half. Start from the logit of 0.10."),
            (0.0432, "0.043 is the chance one standard deviation *lower*: the weight is positive."),
            (-1.2972, "−1.297 is the new logit. Put it through the sigmoid."),
        ],
        otherwise="Three steps: the chance 0.10 as odds, times e^0.9, and the new odds back as a chance.",
        hints=[
            "The odds of a chance of 0.10 are 0.10 / 0.90 = 1/9.",
            "One standard deviation multiplies the odds by e^0.9 = 2.46.",
            "New odds: 0.2733. The chance is odds / (1 + odds).",
        ],
        solution="odds = 0.10 / 0.90 * np.exp(0.9)\nanswer = odds / (1 + odds)",
        analysis="The odds ratio is 2.46, the ratio of the chances 0.2146 / 0.10 = 2.15. Both are close while chances are small; from a chance "
        "of 0.50 the same weight leads to 0.711, a ratio of 1.42 only. So report odds ratios as odds ratios.",
    ),
    Exercise(
        "02.11",
        "Which loss for which task?",
        "7",
        check=check_losses,
        lead="The answer:",
        hints=[
            "Two tasks predict a class, two an amount. How many classes are there, and how many of them are true at once?",
            "For the amounts ask: shall a wholesale account pull the prediction? For a total it must, because its euros belong to the total.",
        ],
        solution="""
losses = {
    "orders in 30 days, yes or no": "binary cross-entropy",
    "first category bought, one of ten": "categorical cross-entropy",
    "spending, a few wholesale accounts": "Huber",
    "spending, the total must be right": "squared error",
}
""",
        analysis="The loss decides what a prediction means: a probability, the mean, or something near the median. The same table with wholesale accounts "
        "needs squared error for a budget and Huber for the usual household. Ask first what the number is for.",
    ),
    choice(
        "02.12",
        "What did the colleague do?",
        "8",
        options={
            "a": "The sum instead of the mean has the same minimum and makes the steps longer; the predictions of a training that arrives there "
            "are the same. It cannot keep every prediction between 0.5 and 0.74.",
            "b": None,
            "c": "Balanced class weights raise the mean prediction as well, to about 0.4 here, and leave the ranking as it is. But the smallest "
            "prediction then lies far below 0.5, and the largest near 1.",
            "d": "Logits have no limits: the customers with a chance below one half, nearly all of them, would have negative values.",
        },
        hints=[
            "Which numbers does the sigmoid give when its input lies between 0 and 1?",
            "σ(0) = 0.5 and σ(1) = 0.731.",
        ],
        analysis="σ(0) = 0.5 and σ(1) = 0.731: every probability that goes through a second sigmoid ends between these two numbers. The order stays, so the AUC sees "
        "nothing. One number finds it: compare the mean prediction with the share of customers who ordered.",
    ),
    Exercise(
        "02.13",
        "Undo a class weight",
        "8",
        check=check_corrected,
        hints=[
            "The weight multiplies the odds of the neuron: its logit is too high by log(weight).",
            "In odds: p / (1 − p) divided by the weight; then odds / (1 + odds). Watch p = 1.",
            "Written in one fraction, nothing is divided by 0: p / (p + weight·(1 − p)).",
        ],
        solution="""
def corrected(p, weight):
    return p / (p + weight * (1 - p))
""",
        analysis="The ranking does not change, so AUC and lists of the best hundred stay the same. Thresholds that come from euros need the corrected "
        "probabilities: with the weighted ones the shop writes to far too many.",
    ),
]

EXERCISES = sorted([*NEURON, *TRAINING], key=lambda e: int(e.id.partition(".")[2]))
