"""Exercises of lesson 03: backpropagation and optimisers."""

from mktutils.exercises._adam_03 import check_adam_step
from mktutils.exercises._backprop_03 import check_backward, check_hidden_gradient
from mktutils.exercises._engine_03 import check_sigmoid
from mktutils.exercises._four_03 import four_trainings
from mktutils.exercises._questions_03 import QUESTIONS
from mktutils.exercises._step_03 import check_train_step
from mktutils.exercises._stopping_03 import check_stop_early
from mktutils.exercises._training_03 import (
    check_cures,
    check_curves,
    check_he_normal,
    check_sign,
    colleagues_network,
)
from mktutils.lesson import Exercise

__all__ = ["EXERCISES", "colleagues_network", "four_trainings"]

CODE = [
    Exercise(
        "03.2",
        "The gradient of the hidden layer",
        "2",
        check=check_hidden_gradient,
        hints=[
            "Go forwards first and keep `A1` and `P`. At the logit the gradient is `dZ2 = (P - y) / len(X)`.",
            "Back through the output layer: `dA1 = dZ2 @ W2.T`, of shape (n, units). Back through tanh: times `1 - A1**2`, entry by entry.",
            "The last step: `Z1 = X @ W1 + b1`, so `dW1 = X.T @ dZ1`, of shape (d, units).",
        ],
        solution="""
def hidden_gradient(X, y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    P = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (P - y) / len(X)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    return X.T @ dZ1
""",
        analysis="Two patterns repeat in every layer: through a matrix the gradient goes with `@ W.T`, through an activation it is multiplied by "
        "f′, entry by entry. The gradient of a matrix is its input, transposed, times what arrives at its output. The shapes leave one order only.",
    ),
    Exercise(
        "03.3",
        "Three faults in a backward pass",
        "3",
        check=check_backward,
        hints=[
            "Compare the shapes first: `b2` has the shape (1,). Which shape has `dZ2`?",
            "If all gradients have the wrong sign, the fault stands in the line that all of them use.",
            "Whether a neuron with ReLU passes the gradient was decided forwards, by `Z1 > 0`. Which array does the mask use?",
        ],
        solution="""
def backward(X, y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    P = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (P - y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (Z1 > 0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    return dW1, db1, dW2, db2
""",
        analysis="The pattern of wrong gradients tells the line. All have the wrong sign: the fault stands where the way back begins. Only the first "
        "layer is wrong: it stands between the layers. Only one is wrong: it stands in its own line. NumPy raised no error for any of "
        "them: a check by finite differences is the only one that sees all three.",
    ),
    Exercise(
        "03.5",
        "A new operation for the engine",
        "4",
        check=check_sigmoid,
        hints=[
            "Read `__mul__` and `tanh` in the engine again. Here: one parent, another number, another local derivative.",
            "The number: `a = 1 / (1 + np.exp(-v.data))`. The node: `out = Value(a, (v,))`.",
            "`_backward` adds the local derivative times the gradient of the new node: `v.grad += a * (1 - a) * out.grad`.",
        ],
        solution="""
def sigmoid(v):
    a = 1 / (1 + np.exp(-v.data))
    out = type(v)(a, (v,))  # type(v) is the class Value

    def _backward():
        v.grad += a * (1 - a) * out.grad

    out._backward = _backward
    return out
""",
        analysis="An engine needs two things of each operation: the number forwards, and the local derivative backwards. All the rest, the order and "
        "the sums over paths, is the same for each. TensorFlow is this idea for arrays. The sigmoid can also be put together from operations that exist, such as "
        "`exp`; then five nodes do the work of one.",
    ),
    Exercise(
        "03.7",
        "One step of Adam",
        "5",
        check=check_adam_step,
        hints=[
            "Work in three stages: the two running means, their correction, the step. If `beta_1 = 0.9` of the old mean stays, how much comes "
            "from the gradient?",
            "After `t` steps a mean holds only the part `1 - beta**t`. Which operation undoes that? Keep the result under another name, `m_hat`, because "
            "the function returns `m` without the correction.",
            "`m = beta_1 * m + (1 - beta_1) * g`, `m_hat = m / (1 - beta_1**t)`, the same for `v` with `beta_2` and `g**2`, then "
            "`w = w - lr * m_hat / (np.sqrt(v_hat) + epsilon)`.",
        ],
        solution="""
def adam_step(w, g, m, v, t, lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    w = w - lr * m_hat / (np.sqrt(v_hat) + epsilon)
    return w, m, v
""",
        analysis="At t = 1 the corrected means are g and g², so the first step of each weight is the learning rate itself, whatever the size of its "
        "gradient. That is why one learning rate serves many networks. Without the correction the first step would be about three times as long: "
        "0.1 · g divided by the root of 0.001 · g². Keras adds `epsilon` at a slightly different place; the difference is below the sixth digit here.",
    ),
    Exercise(
        "03.8",
        "Which curve belongs to which training?",
        "6",
        check=check_curves,
        lead="The answer:",
        hints=[
            "Look first for the panel in which both lines still fall at the last epoch: there the steps were too small.",
            "Then for a line that jumps up and down from epoch to epoch, and for two lines that part and stay apart. They are two different panels.",
            "Jumps: the learning rate is too high. A steady rise of the validation loss while the training loss falls: overfitting.",
        ],
        solution="""
curves = {
    "A": "100 times too low",
    "B": "overfitting",
    "C": "10 times too high",
    "D": "good",
}
""",
        analysis="A loss curve is read in two steps: is it smooth, and do the two lines stay together? Jumps ask for a lower learning rate, a slope that is "
        "still steep at the end asks for a higher one, and two lines that part ask for an earlier stop, more rows or a penalty. In panel C the training loss, "
        "a mean over all steps of the epoch, hides most of the jumps; the validation loss, measured at the end of each epoch, shows them. B saw 2,000 rows, the others all of them. Early stopping "
        "would have saved all that B can reach, but C only partly: its best epoch is still clearly worse than the last epoch of D.",
    ),
    Exercise(
        "03.11",
        "Symptom and cure",
        "6, 7, 8",
        check=check_cures,
        lead="The answer:",
        hints=[
            "Two symptoms are about the length of the steps: one is too long, one is too short. Which?",
            "Gradients that vanish on the way back need other layers; a gap between training and validation needs a limit to memorising.",
        ],
        solution="""
cures = {
    "no gaps, loss from logits, yet NaN after a few steps": "lower the learning rate",
    "gradients of the first layers are a millionth of the last ones": "ReLU with He initialisation or residual connections",
    "training loss falls, validation loss rises": "early stopping or regularisation",
    "loss falls, but needs 300 epochs": "raise the learning rate",
}
""",
        analysis="First the learning rate, because it is one number and the most frequent cause; then the shape of the network; then the limit to "
        "memorising. Change one thing at a time and look at the curve again, or you will not know what helped.",
    ),
    Exercise(
        "03.12",
        "The gradient with the wrong sign",
        "3",
        check=check_sign,
        lead="The answer:",
        hints=[
            "The loss curve does not tell. Build the small network of the question, and call `scratch.check_gradients(network, X_train[:20], y_train[:20])`.",
            "The first line of its message counts the wrong gradients: 1 of 7, because the gradient of the input is checked beside those of the six "
            "parameters. The second line names the parameter and the fault.",
        ],
        solution='answer = "hidden_1.bias"',
        analysis="One gradient of six has the wrong sign, and the network still learns: the other parameters work against the fault. A training that runs is no "
        "proof that the gradients are right. Finite differences on a few rows are: they belong in the tests of every layer that you write yourself.",
    ),
    Exercise(
        "03.13",
        "He initialisation",
        "7",
        check=check_he_normal,
        hints=[
            "The inputs of this layer come out of a ReLU: their mean square is half of Var(z) of the layer before. Var(z) of this layer must be equal to "
            "that Var(z). Which equation is left for Var(w)?",
            "n · Var(w) · ½ = 1. The standard deviation is the root of the variance, and `rng.normal(loc, scale, size)` takes it as `scale`.",
            "The standard deviation is `np.sqrt(2 / n_inputs)`, and the size is `(n_inputs, units)`.",
        ],
        solution="""
def he_normal(n_inputs, units, rng):
    return rng.normal(0, np.sqrt(2 / n_inputs), size=(n_inputs, units))
""",
        analysis="A neuron adds up n inputs, so the variance of its sum grows with n; dividing by n keeps it. ReLU halves the mean square, so n · Var(w) · ½ = 1 keeps the size: Var(w) = 2/n (He). With this start the signal has about the same size in layer 20 as in layer 1. Keras cuts the normal distribution off at two standard "
        "deviations and corrects for it; the standard deviation is the same.",
    ),
    Exercise(
        "03.14",
        "Stop early",
        "8",
        check=check_stop_early,
        hints=[
            "Keep two things while you go through the list: the lowest loss so far, and the epoch in which it was seen.",
            "`for epoch, loss in enumerate(val_losses, start=1):`. A lower loss updates both. The number of epochs without improvement is "
            "`epoch - best_epoch`.",
            "End the loop with `break` as soon as `epoch - best_epoch >= patience`. After the loop `epoch` is the number of epochs trained.",
        ],
        solution="""
def stop_early(val_losses, patience):
    lowest, best_epoch = float("inf"), 0
    for epoch, loss in enumerate(val_losses, start=1):
        if loss < lowest:
            lowest, best_epoch = loss, epoch
        if epoch - best_epoch >= patience:
            break
    return epoch, best_epoch
""",
        analysis="Training ends late and the weights come from before: `restore_best_weights=True` takes those of the best epoch. Without it a network "
        "keeps the weights of the last epoch, which are worse. The validation rows choose the epoch, so their loss is a little too good: report the test "
        "rows.",
    ),
    Exercise(
        "03.15",
        "One step of your own network",
        "8",
        check=check_train_step,
        hints=[
            "A step has three parts: forwards, the four gradients, and the new weights. You wrote the first two in 03.3.",
            "Compute all four gradients before any weight changes: `dW1` needs the old `W2`.",
            "Return new arrays, `W1 - lr * dW1` and so on. `W1 -= ...` would change the array of the caller.",
        ],
        solution="""
def train_step(X, y, W1, b1, W2, b2, lr):
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    P = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (P - y) / len(X)
    dZ1 = dZ2 @ W2.T * (Z1 > 0)
    dW1, db1 = X.T @ dZ1, dZ1.sum(axis=0)
    dW2, db2 = A1.T @ dZ2, dZ2.sum(axis=0)
    return W1 - lr * dW1, b1 - lr * db1, W2 - lr * dW2, b2 - lr * db2
""",
        analysis="Ten lines are a network that learns: a loop over batches around them is a training, and another rule in the last line is another optimiser. "
        "After 20 steps your weights are those of `mktutils.scratch` to the last digits. One step alone would be a weak test: a small fault grows from step to step.",
    ),
]
EXERCISES = sorted([*CODE, *QUESTIONS], key=lambda e: int(e.id.partition(".")[2]))
