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
            (
                -0.56,
                "−0.56 is rounded to two decimals. All digits are short here: give three decimals.",
            ),
            (
                -0.19,
                "−0.19 is the velocity of the second step alone. There is a third step, and `w` is the sum of all three.",
            ),
            (
                0.3,
                "0.3 is three plain steps of 0.1, and uphill: with a positive gradient `w` goes *down*, and momentum keeps 0.9 of the "
                "step before.",
            ),
            (
                -0.2439,
                "Here 0.9 also multiplies the new gradient: 0.9 · (v − 0.1 · g). It belongs to the old velocity alone, 0.9 · v − 0.1 · g, "
                "and `w` is the sum of the three velocities.",
            ),
            (
                -0.5049,
                "Here 0.9 also multiplies the new gradient: 0.9 · (v − 0.1 · g). It belongs to the old velocity alone: 0.9 · v − 0.1 · g.",
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
            "Write two columns on paper, the velocity and `w`, with one line for each step. The first velocity is −0.1; the second is 0.9 · (−0.1) − 0.1 = −0.19.",
            "The third velocity is 0.9 · (−0.19) − 0.1 = −0.271. Add the three, and keep three decimals.",
        ],
        solution="answer = -(0.1 + 0.19 + 0.271)",
        analysis="−0.1 − 0.19 − 0.271 = −0.561, almost twice the way of plain SGD. With a gradient that never changes the steps grow towards "
        "0.1 / (1 − 0.9) = 1: momentum 0.9 makes steps up to ten times longer. Who adds momentum lowers the learning rate for that reason.",
    ),
    predict(
        "03.9",
        "Steps in one epoch",
        "6",
        value=180,
        tolerance=0.01,
        misconceptions=[
            (
                179,
                "179 full batches hold 17,900 rows. The 33 rows that are left form one more batch, and one more step.",
            ),
            (179.33, "Steps are whole: 179 full batches, and the rest is one batch more."),
            (17_933, "17,933 would be one step for each row: batch size 1."),
            (100, "100 is the number of rows in a batch. How many batches are there?"),
            (
                1,
                "One step for each epoch is full-batch gradient descent. Here a step follows each batch of 100 rows.",
            ),
        ],
        otherwise="Divide the rows by the batch size. What happens with the rows that are left?",
        hints=[
            "The optimiser changes the weights once for each batch. How many batches does one pass through the table make?",
            "179 · 100 = 17,900. Are 33 rows left out, or are they a batch?",
        ],
        solution="answer = -(-17_933 // 100)  # division, rounded up",
        analysis="179 full batches and one of 33 rows: 180 steps. With batch size 32 one epoch has 561 steps, with the full batch a single one. An epoch costs "
        "about the same arithmetic each time, and the number of steps that it buys differs by a factor of hundreds. Note that each of the 33 rows of the last "
        "batch weighs three times as much in its step as a row of the others.",
    ),
    predict(
        "03.10",
        "A gradient through ten sigmoids",
        "7",
        value=0.25**10,
        tolerance=5e-9,
        misconceptions=[
            (1e-6, "The size is right, and `1e-6` has one digit. Give two digits, or the expression itself."),
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
        "sigmoids at z = 0. The same learning rate cannot serve both ends. ReLU has the factor 1 wherever the neuron is active, and a residual connection adds a path "
        "without any factor.",
    ),
    choice(
        "03.16",
        "A learning rate from the test",
        "6",
        options={
            "a": "At 0.003 the loss of the test has hardly begun to fall: the steps are too small. The training works, and needs many times as "
            "many epochs, as *SGD 0.001* in Figure 1.",
            "b": None,
            "c": "1.3 is the highest rate that was good for *one* step, taken from weights that many smaller steps had made ready. Used a thousand times it is "
            "at the edge: the validation loss jumps from epoch to epoch. Leave a distance.",
            "d": "At 13 the loss has risen: each step jumps over the minimum. That is the range of *SGD 20* in Figure 1, whose neurons died.",
        },
        hints=[
            "Where does the loss fall, and where has it stopped falling?",
            "The lowest point is the first place where larger steps no longer help. A rate that is used a thousand times must lie to the left of it, "
            "and still on the falling part.",
        ],
        analysis="A tenth of the lowest point is a good start: far enough from the edge, and still quick. The test is rough, so compare two neighbours afterwards, "
        "a third of it and three times as much (0.04 and 0.4), and take the one with the lowest validation loss. Another batch size or another optimiser needs its own test.",
    ),
]
