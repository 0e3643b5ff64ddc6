"""Exercises of lesson 03 that ask for a number or a letter."""

from mktutils.lesson import choice, predict

QUESTIONS = [
    predict(
        "03.1",
        "A derivative through two steps",
        "1",
        value=8,
        tolerance=0.01,
        misconceptions=[
            (
                4,
                "4 is the loss itself, (7 − 5)², and it is also ∂L/∂b. One factor of 2 is missing: either the 2 of the square, or "
                "the inner derivative x = 2. All three factors are needed: 2 · (7 − 5) · x.",
            ),
            (
                -8,
                "The sign is turned round: the error is prediction minus label, 7 − 5 = 2, and 2 · 2 · 2 is positive.",
            ),
            (12, "You multiplied by w = 3. The derivative of w·x + b with respect to w is x."),
            (
                2,
                "2 is the error 7 − 5. The derivative of the square gives 2 · error, and the inner derivative gives x.",
            ),
            (
                28,
                "You took 2 · 7 · x: the derivative of z². The square stands around the difference z − y = 2.",
            ),
            (16, "One factor 2 too many: the three factors are 2 (of the square), 7 − 5, and x."),
        ],
        otherwise="Go forwards first: z = w·x + b, then the error z − y. Then backwards: ∂L/∂z = 2 · (z − y), times ∂z/∂w.",
        hints=[
            "Forwards: z = 3 · 2 + 1 = 7, and the error is 7 − 5 = 2.",
            "Backwards: ∂L/∂z = 2 · 2. Which number does z change by when w grows by 1?",
            "∂z/∂w = x = 2. Multiply the two.",
        ],
        solution="answer = 2 * (3 * 2 + 1 - 5) * 2",
        analysis="∂L/∂w = ∂L/∂z · ∂z/∂w = 2 · (7 − 5) · 2 = 8. The first factor says how wrong the neuron was, the second how much this "
        "weight had to do with it. A step of −0.1 · 8 lowers w to 2.2; then z is 5.4 and the loss falls from 4 to 0.16.",
    ),
    choice(
        "03.4",
        "The fault in a backward formula",
        "2",
        options={
            "a": "The minus sign belongs to the *step* of gradient descent, w − η · gradient. The gradient itself has none.",
            "b": "Along one path the chain rule multiplies, as the formula does. It adds where several paths meet; that sum is missing too, but "
            "replacing the product by a sum would not repair the formula.",
            "c": None,
            "d": "Without an activation the factor f′ is 1, but the formula still goes through the derivative of a weight with respect to an "
            "output, and that derivative is 0.",
        },
        hints=[
            "Read the second factor with the legend: which of the two symbols is a weight, and which is an output?",
            "∂a/∂ŵ asks: how does the weight change when the output changes? In one forward pass the weights are fixed numbers.",
        ],
        analysis="The output depends on the weight, not the weight on the output. The gradient of a weight is ∂L/∂w = ∂L/∂(output) · ∂(output)/∂w: "
        "what arrives at the output, times how the output depends on the weight. Each factor of a chain must be a step *forwards* in the network.",
    ),
    predict(
        "03.6",
        "Three steps with momentum",
        "5",
        value=-0.561,
        tolerance=0.0005,
        misconceptions=[
            (
                -0.3,
                "−0.3 is plain SGD: three steps of −0.1. With momentum each step also keeps 0.9 of the step before.",
            ),
            (
                0.561,
                "The size is right, the sign is not: `v` is negative here, and `w` goes *down* the slope.",
            ),
            (
                -0.271,
                "−0.271 is the velocity of the third step alone. `w` is the sum of all three steps, and the gradient counts in each of them.",
            ),
            (-0.29, "−0.29 is `w` after two steps. The third step is 0.9 · (−0.19) − 0.1."),
            (-0.1, "−0.1 is `w` after the first step. Two more follow."),
            (
                -0.0561,
                "This is ten times too small: the new gradient enters `v` with the factor 0.1 once, not twice.",
            ),
        ],
        otherwise="Write the velocity of each of the three steps in a row: −0.1, then 0.9 · (−0.1) − 0.1, and so on. `w` is their sum.",
        hints=[
            "The first velocity is −0.1. The second is 0.9 · (−0.1) − 0.1 = −0.19.",
            "The third velocity is 0.9 · (−0.19) − 0.1 = −0.271. Add the three.",
        ],
        solution="answer = -(0.1 + 0.19 + 0.271)",
        analysis="−0.1 − 0.19 − 0.271 = −0.561, almost twice the way of plain SGD. With a gradient that never changes the steps grow towards "
        "0.1 / (1 − 0.9) = 1: momentum 0.9 makes steps up to ten times longer. Who adds momentum lowers the learning rate for that reason.",
    ),
    predict(
        "03.9",
        "Steps in one epoch",
        "6",
        value=71,
        tolerance=0.01,
        misconceptions=[
            (
                70,
                "70 full batches hold 17,920 rows. The 13 rows that are left form one more batch, and one more step.",
            ),
            (17_933, "17,933 would be one step for each row: batch size 1."),
            (256, "256 is the number of rows in a batch. How many batches are there?"),
            (
                1,
                "One step for each epoch is full-batch gradient descent. Here a step follows each batch of 256 rows.",
            ),
            (70.05, "Steps are whole: 70 full batches, and the rest is one batch more."),
        ],
        otherwise="Divide the rows by the batch size. What happens with the rows that are left?",
        hints=[
            "17,933 / 256 is a little more than 70.",
            "70 · 256 = 17,920. Are 13 rows left out, or are they a batch?",
        ],
        solution="answer = -(-17_933 // 256)  # division, rounded up",
        analysis="70 full batches and one of 13 rows: 71 steps. With batch size 32 one epoch has 561 steps, with the full batch a single one. An epoch costs "
        "about the same arithmetic each time, and the number of steps that it buys differs by a factor of hundreds. Note that the 13 rows of the last batch "
        "weigh more than the others in that epoch.",
    ),
    predict(
        "03.10",
        "A gradient through ten sigmoids",
        "7",
        value=0.25**10,
        tolerance=5e-8,
        misconceptions=[
            (2.5, "2.5 is ten times 1/4. Along a chain the factors are multiplied, not added: (1/4)¹⁰."),
            (0.25, "1/4 is the factor of one layer. The gradient passes through ten."),
            (1, "The weights are 1, but each sigmoid multiplies by σ′ as well, and σ′ is at most 1/4."),
            (0, "Very small, and not 0: compute (1/4)¹⁰."),
            (0.5**10, "0.5 is the value of the sigmoid at 0. Its derivative there is 0.5 · (1 − 0.5) = 1/4."),
            (
                0.25**9,
                "This is (1/4)⁹. From the last output back to the first input the gradient passes through all ten layers.",
            ),
            (0.25**11, "This is (1/4)¹¹. There are ten layers."),
            (0.025, "0.025 is 1/4 divided by ten. Along a chain the factors are multiplied: (1/4)¹⁰."),
        ],
        otherwise="Each layer multiplies by at most 1 · 1/4, and there are ten layers: a power. Check the exponent of your number.",
        hints=[
            "One layer: at most 1 · 1/4. Two layers: at most 1/4 · 1/4.",
            "Ten layers: `0.25**10`.",
        ],
        solution="answer = 0.25**10",
        analysis="(1/4)¹⁰ = 9.5e-7: what arrives at the first layer is less than a millionth of what left the last one, and this is the *best* case, with all "
        "sigmoids at z = 0. The same learning rate cannot serve both ends. ReLU has the factor 1 wherever the unit is active, and a residual connection adds a path "
        "without any factor.",
    ),
]
