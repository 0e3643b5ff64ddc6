"""Exercises of lesson 05: convolutional networks."""

from mktutils.exercises._alikes_05 import check_look_alikes, check_precision_at
from mktutils.exercises._convolution_05 import check_convolve, check_max_pool
from mktutils.exercises._failures_05 import check_failures, failures_05
from mktutils.exercises._gradient_05 import check_kernel_gradient
from mktutils.exercises._maps_05 import check_maps, maps_05
from mktutils.exercises._network_05 import check_build
from mktutils.exercises._photos_05 import check_checks, check_split
from mktutils.exercises._questions_05 import QUESTIONS
from mktutils.lesson import Exercise

__all__ = ["EXERCISES", "failures_05", "maps_05"]

CODE = [
    Exercise(
        "05.1",
        "Slide a kernel over a photo",
        "1",
        check=check_convolve,
        hints=[
            "At how many places can a kernel with `a` rows stand in an image with `h` rows, if it must lie inside? With h = 4 and a = 3 there are two.",
            "The window at row i, column j is `image[i : i + a, j : j + b]`. It has the shape of the kernel: multiply both number by number, and add.",
            "`out = np.zeros((h - a + 1, w - b + 1))`, two loops over its rows and columns, and in them `out[i, j] = (window * kernel).sum()`.",
        ],
        solution="""
def convolve(image, kernel):
    a, b = kernel.shape
    h, w = image.shape
    out = np.zeros((h - a + 1, w - b + 1))
    for i in range(h - a + 1):
        for j in range(w - b + 1):
            out[i, j] = (image[i : i + a, j : j + b] * kernel).sum()
    return out
""",
        analysis="Each number of the map answers the same question at another place: how much does this window look like the kernel? A dense layer from 28 × 28 pixels to a map of 26 × 26 would have 530,000 weights; the kernel has nine. "
        "Mathematics calls this a cross-correlation. Since a network learns its kernels, it does not matter whether they are turned; when two programs are compared, it does.",
    ),
    Exercise(
        "05.4",
        "Max pooling",
        "1",
        check=check_max_pool,
        hints=[
            "How many windows of 2 rows fit side by side into 7 rows? The window in row i of the result begins in row i · size of the image.",
            "`out = np.empty((h // size, w // size))`, and in two loops `image[i * size : (i + 1) * size, j * size : (j + 1) * size].max()`.",
        ],
        solution="""
def max_pool(image, size):
    rows, columns = image.shape[0] // size, image.shape[1] // size
    out = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = image[i * size : (i + 1) * size, j * size : (j + 1) * size].max()
    return out
""",
        analysis="The result says *that* the pattern was found in the window, and no longer where exactly: a pattern that moves by one pixel often gives the same number. The price is that the last row and column of an "
        "odd side are not looked at, and that in training only the largest number of each window gets a gradient.",
    ),
    Exercise(
        "05.5",
        "Which kernel made which map?",
        "1",
        check=check_maps,
        lead="The answer:",
        hints=[
            "First add the nine numbers of each kernel. Where all pixels of a window are equal the map has that grey times this sum: which kernel keeps a flat background bright?",
            "K1 and K3 are the same numbers, transposed. One compares left and right, the other one above and below. Look at the handle and at the rim of the mug.",
        ],
        solution='maps = {"K1": "D", "K2": "C", "K3": "B", "K4": "A"}',
        analysis="Kernels whose numbers add up to 0 forget the light and keep the edges; those that add up to 1 keep the grey. The two edge kernels are known as Sobel, the one with the 4 as Laplace. Nobody chooses "
        "such kernels for a network: it starts at random and finds its own, and the first layer often ends up with some that look like these.",
    ),
    Exercise(
        "05.6",
        "Make it a convolutional network",
        "3",
        check=check_build,
        hints=[
            "One fault is in the layers (where is the convolution?), one in the numbers that go in, one between the last layer and the loss.",
            "Behind the input: `Rescaling(1 / 255)`, then one or more `Conv2D` and `MaxPooling2D`, then `Flatten`, then the dense layers.",
            'The loss `"sparse_categorical_crossentropy"` expects probabilities: `Dense(10, activation="softmax")`. Or keep the logits and take `keras.losses.SparseCategoricalCrossentropy(from_logits=True)`.',
        ],
        solution="""
import keras


def build():
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Conv2D(32, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
""",
        analysis="None of the three faults raises an error. Two of them are still seen in the loss: it starts far too high, or it does not fall. The third one, the missing convolution, is seen in nothing but a comparison. "
        "With the scaling inside the model nobody can forget it when new photos are scored.",
        answer="build",
    ),
    Exercise(
        "05.7",
        "Split by product",
        "3",
        check=check_split,
        hints=[
            "What must be drawn: a quarter of the photos, or a quarter of the products? A product in the test takes all its photos with it.",
            "`products = np.unique(product_id)`. Draw from these with `rng.choice(products, len(products) // 4, replace=False)`.",
            "`np.isin(product_id, chosen)` is True for each photo of a chosen product.",
        ],
        solution="""
def split(product_id, seed):
    rng = np.random.default_rng(seed)
    products = np.unique(product_id)
    chosen = rng.choice(products, len(products) // 4, replace=False)
    return np.isin(product_id, chosen)
""",
        analysis="Photos of one product share its form, its pattern and its colours. With a split by photo the test asks: do you know this product again? The shop asks: do you know the category of a product that you have never seen? "
        "The same holds for several rows of a customer, several visits of a person, several frames of a film: split by the thing that will be new.",
    ),
    Exercise(
        "05.8",
        "The gradient of a kernel",
        "1",
        check=check_kernel_gradient,
        hints=[
            "In the forward step number [p, q] of the kernel met the pixel `image[i + p, j + q]` when the result `[i, j]` was computed. If it grows by ε, by how much does this result grow?",
            "Result [i, j] grows by ε · `image[i + p, j + q]`, and the loss by that times `upstream[i, j]`. The same number was used at all places: add over i and j.",
            "For all p and q at once: for each place add `upstream[i, j]` times its window, `image[i : i + a, j : j + b]`, with `a = h - rows + 1` and `b = w - columns + 1`.",
        ],
        solution="""
def kernel_gradient(image, upstream):
    rows, columns = upstream.shape
    a, b = image.shape[0] - rows + 1, image.shape[1] - columns + 1
    gradient = np.zeros((a, b))
    for i in range(rows):
        for j in range(columns):
            gradient += upstream[i, j] * image[i : i + a, j : j + b]
    return gradient
""",
        analysis="It is the forward calculation once more: `convolve(image, upstream)`, with the gradient from above in the place of the kernel. Each place adds its window, so one kernel learns from all places of the photo, and of all "
        "photos of the batch. That is why nine numbers can be learnt well from few photos.",
    ),
    Exercise(
        "05.11",
        "Look-alikes",
        "7",
        check=check_look_alikes,
        hints=[
            "The cosine of two rows is their dot product when both have the length 1. Which one line gives all rows the length 1?",
            "`unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)`, then `cosine = unit @ unit[i]` has one number for each photo. Photo i must not come back: `cosine[i] = -np.inf`.",
            "`np.argsort(-cosine)[:k]` are the row numbers of the k largest, the best first.",
        ],
        solution="""
def look_alikes(embeddings, i, k):
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    cosine = unit @ unit[i]
    cosine[i] = -np.inf
    return np.argsort(-cosine)[:k]
""",
        analysis="The length of an embedding often says how strongly the network answered, for example to a photo rich in contrast; the direction says to what. One matrix product compares a photo with a whole catalogue: 5,000 photos take "
        "about a millisecond. Hiding photo i by its number, and not by cutting off the first place, also works when a twin has the same embedding.",
    ),
    Exercise(
        "05.12",
        "Which photos does the clerk check?",
        "6",
        check=check_checks,
        hints=[
            "Two questions in a row: does the check of this photo pay, and is it among the first `budget` of those that do?",
            "`rows = np.argsort(-p_wrong)` are all row numbers, the most suspicious first. Keep those of them for which `p_wrong[rows] * value > cost`, then the first `budget`.",
        ],
        solution="""
def checks(p_wrong, cost, value, budget):
    rows = np.argsort(-p_wrong)
    rows = rows[p_wrong[rows] * value > cost]
    return rows[:budget]
""",
        analysis="With 0.50 € for a check and 12 € for a wrong filing found, a check pays from p_wrong = 0.042 upwards: it may be in vain 23 times out of 24. Such a threshold needs probabilities that can be believed; the order of the list "
        "needs none. When the budget ends long before the threshold, only the order counts.",
    ),
    Exercise(
        "05.13",
        "A flattered precision",
        "7",
        check=check_precision_at,
        hints=[
            "Which photo is most similar to a photo of a mug? Another photo of the same mug. A new product has none in the catalogue.",
            "`np.fill_diagonal` hides each photo from itself. All pairs with the same product must be hidden: make a table of True and False, shape (n, n).",
            "`similarity[product[:, None] == product] = -np.inf` hides the photo itself, too.",
        ],
        solution="""
def precision_at(embeddings, category, product, k):
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    similarity = unit @ unit.T
    similarity[product[:, None] == product] = -np.inf
    nearest = np.argsort(-similarity, axis=1)[:, :k]
    return (category[nearest] == category[:, None]).mean()
""",
        analysis="The same leak as in a split by photo, in another form: the question must be one that the shop will ask. *Before* the k nearest are chosen is the right moment to hide what does not count; afterwards some "
        "queries are left with two hits and some with none, and the mean compares unlike things.",
        answer="precision_at",
    ),
    Exercise(
        "05.14",
        "Four networks that fail",
        "9",
        check=check_failures,
        lead="The answer:",
        hints=[
            "Compare each network with itself: which of its three columns lies far below *own photos*?",
            "Three networks fall in one column each. The fourth falls in none: look at the four maps for a place where there is no bottle.",
        ],
        solution="""
failures = {
    "brightness": "C",
    "crop": "D",
    "rotation": "A",
    "background": "B",
}
""",
        analysis="Networks A, C and D fail where their training had no such photos, and augmentation repairs that: turned, darker and moved copies. No copy repairs network B. Its studio left a small mark beside the product, at a place that goes with the filed "
        "category; without the mark its accuracy falls from 1.00 to 0.10. The table gave a hint, too: 4 % of the photos are filed wrongly, so an accuracy of 1.00 against filed categories is more than an oracle reaches. Who is better than possible has found a way around the question.",
    ),
]
EXERCISES = sorted([*CODE, *QUESTIONS], key=lambda e: int(e.id.partition(".")[2]))
