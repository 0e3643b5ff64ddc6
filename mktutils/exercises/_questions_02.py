"""Exercises of lesson 02 about training and thresholds, and the checker for the choice of a loss."""

import re

from mktutils.exercises._training_02 import check_train_neuron
from mktutils.lesson import Exercise, Wrong, choice, predict


def _bare(name: str) -> str:
    """The name of a loss in small letters, without spaces, hyphens and the word loss."""
    return re.sub(r"[\W_]", "", name.lower()).removesuffix("loss")


def check_losses(answer) -> None:
    tasks = {
        "orders in 30 days, yes or no": "binary cross-entropy",
        "first category bought, one of ten": "categorical cross-entropy",
        "spending, a few wholesale accounts": "Huber",
        "spending, the total must be right": "squared error",
    }
    if not isinstance(answer, dict) or set(answer) != set(tasks):
        raise Wrong(f"Give a dictionary with exactly these keys: {list(tasks)}.")
    names = {_bare(name): name for name in tasks.values()}
    names |= dict.fromkeys(("meansquarederror", "mse"), "squared error")
    given = {}
    for task, name in answer.items():
        if not isinstance(name, str) or _bare(name) not in names:
            raise Wrong(f"{task!r}: {name!r} is not one of {tuple(tasks.values())}.")
        given[task] = names[_bare(name)]
    orders, category, usual, total = (given[task] for task in tasks)
    if orders == "categorical cross-entropy":
        raise Wrong(
            "A yes or no needs one output with a sigmoid. Categorical cross-entropy asks for one output per class, with a softmax over them."
        )
    if orders != "binary cross-entropy":
        raise Wrong(
            "A yes or no is not an amount. With a sigmoid behind it, an error of an amount gives almost no gradient to the customers "
            "who are most wrong (exercise 02.4)."
        )
    if category == "binary cross-entropy":
        raise Wrong(
            "Binary cross-entropy on ten outputs asks ten separate questions, and the ten chances need not add up to 1. Here exactly one of "
            "ten categories is the first."
        )
    if category != "categorical cross-entropy":
        raise Wrong(
            "A category is not an amount: numbered 0 to 9, a bottle would lie between a book and a chair. The label is one of ten classes."
        )
    for task, name in [("usual", usual), ("total", total)]:
        if "cross-entropy" in name:
            raise Wrong(
                "Spending in euros is an amount; a cross-entropy needs labels between 0 and 1."
                + (" Look at the third task." if task == "usual" else " Look at the last task.")
            )
    if (usual, total) == ("squared error", "Huber"):
        raise Wrong(
            "The two tasks of spending are swapped. An error that is squared gives a wholesale account the weight of thousands of households: "
            "it pulls the prediction towards the mean, which a total needs and a usual household does not."
        )
    if usual == "squared error":
        raise Wrong(
            "An error a hundred times as large counts ten thousand times when it is squared: a few wholesale accounts would decide what "
            "is predicted for households. Huber counts large errors in proportion."
        )
    if total == "Huber":
        raise Wrong(
            "Huber pulls towards the middle of the customers, below the mean when a few spend very much: the sum of the predictions would be too "
            "small. Totals need the mean, and squared error predicts the mean."
        )


_NO_ODDS = "0.167 is 1.20 / (1.20 + 6): cost / (cost + value). The 6 € are gained *before* the letter is paid, so 6·p must reach 1.20."

TRAINING = [
    predict(
        "02.7",
        "From the mean to the sum",
        "4",
        value=0.00025,
        tolerance=0.000005,
        misconceptions=[
            (
                0.5,
                "The gradient of the sum is 2,000 times that of the mean. With the same rate each step would be 2,000 times as long.",
            ),
            (
                1000,
                "You multiplied. The gradient of the sum is *larger*, so the learning rate must be *smaller*.",
            ),
            (0.0005, "This is 1 / 2,000. The rate 0.5 must be divided by 2,000."),
            (
                0.0003,
                "0.0003 is rounded: a learning rate that is 20 % too high does not give the same steps. Give all digits of 0.5 / 2,000.",
            ),
            (0.0002, "0.0002 is cut off. Give all digits of 0.5 / 2,000."),
            (4000, "You divided 2,000 by 0.5. It is the other way round."),
        ],
        otherwise="A step is the learning rate times the gradient. The gradient of the sum is 2,000 times as large; the product must stay the same.",
        hints=[
            "A step is the learning rate times the gradient. By which factor does the gradient grow?",
            "The rate shrinks by the factor by which the gradient grows: the number of rows.",
        ],
        solution="answer = 0.5 / 2000",
        analysis="0.5 / 2,000 = 0.00025. With the sum the right learning rate depends on the number of rows: next month, with more "
        "customers, the same rate may be too high. With the mean it does not.",
    ),
    choice(
        "02.8",
        "Read a loss curve",
        "4",
        options={
            "a": "A falls fast and becomes flat at the lowest value of the four: this is the good learning rate.",
            "b": None,
            "c": "C goes in the right direction at every step, and each step is tiny: this rate is too *low*.",
            "d": "D is the same as A up to the step before the end: its rate is good. The curve ends because one empty cell made the loss, and "
            "from then on every weight, `nan`. A rate that is too high shows in the jumps before.",
        },
        hints=[
            "A step that is too long jumps over the lowest point and lands on the other side.",
            "Which curve goes up again, and even above its start?",
        ],
        solution='answer = "B"',
        analysis="Jumps mean that the steps are too long, a slow fall without jumps that they are too short, and `nan` that a value was not a number: then look "
        "at the data and at log(0) first. Look at the curve before you change the network.",
    ),
    Exercise(
        "02.14",
        "Train one neuron",
        "6",
        check=check_train_neuron,
        hints=[
            "The gradient by the weights is the mean over the rows of (p − y)·x, the gradient by the bias the mean of p − y.",
            "A step goes *against* the gradient: `w = w - lr * ...`.",
            "`X.T @ (p - y)` sums over the rows and has the shape (d,). Divide by `len(y)`.",
        ],
        solution="""
def train_neuron(X, y, lr, epochs):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(epochs):
        p = 1 / (1 + np.exp(-(X @ w + b)))
        w = w - lr * X.T @ (p - y) / len(y)
        b = b - lr * np.mean(p - y)
    return w, b
""",
        analysis="This is a whole training: predict, compare, take one step, repeat. A deep network has more parameters and a longer way to their gradients; "
        "the loop stays the same. Both gradients belong to the same p: compute all of them first, then move.",
    ),
    predict(
        "02.15",
        "The threshold of another letter",
        "8",
        value=0.20,
        tolerance=0.0006,
        percent=True,
        misconceptions=[
            (
                5,
                "5 is 6 / 1.20, upside down: so many letters one more order pays for. One order in five letters is which chance?",
            ),
            (0.1667, _NO_ODDS),
            (0.17, _NO_ODDS),
            (
                0.25,
                "0.25 is 1.20 / (6 − 1.20): the cost was taken off twice. A letter costs 1.20 € in any case: solve 6·p − 1.20 = 0.",
            ),
            (
                0.8,
                "0.80 is 1 − 0.20, the chance that the customer does *not* order. Which chance belongs to an order?",
            ),
            (
                7.2,
                "7.20 is a product or a sum of euros. The threshold is a chance: 6·p must be as large as the cost.",
            ),
            (
                4.8,
                "4.80 € is what a letter earns when the customer orders. Many letters earn nothing: on average 6·p − 1.20.",
            ),
            (
                0.1,
                "0.10 is the threshold of the letter in the lesson. This letter has another cost and another margin.",
            ),
            (
                0.15,
                "0.15 is 1.20 / 8: the margin of the letter in the lesson. Here an order brings 6 € more.",
            ),
            (0.1333, "0.133 is 0.80 / 6: the cost of the letter in the lesson. This letter costs 1.20 €."),
            (
                0.5,
                "0.5 asks what is more probable, and knows no euros. At p = 0.5 this letter earns 6 · 0.5 − 1.20 = 1.80 € already.",
            ),
        ],
        otherwise="A letter is worth 6·p − 1.20 € on average. For which p is this 0?",
        hints=[
            "What does a letter bring on average, if the customer orders with the chance p? What does it cost in any case?",
            "6·p − 1.20 = 0. Solve for p.",
        ],
        solution="answer = 1.20 / 6",
        analysis="1.20 / 6 = 0.20: from one order in five letters on. The neuron is the same for both letters; only the threshold changes, from 0.10 to "
        "0.20. It holds only if 0.20 of the neuron means one order in five letters, and if the letter does not change who orders.",
    ),
]
