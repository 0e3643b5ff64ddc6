"""Right and wrong answers of lesson 05: the checker must accept the first and name the misconception of the second."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.signal import convolve2d, correlate2d

# 05.1 -----------------------------------------------------------------------------------------------------


def convolve(image, kernel):
    a, b = kernel.shape
    out = np.zeros((image.shape[0] - a + 1, image.shape[1] - b + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + a, j : j + b] * kernel).sum()
    return out


def convolve_windows(image, kernel):
    return np.einsum("ijab,ab->ij", sliding_window_view(image, kernel.shape), kernel).tolist()


def convolve_kernel_loop(image, kernel):
    (a, b), (h, w) = kernel.shape, image.shape
    parts = (kernel[p, q] * image[p : h - a + 1 + p, q : w - b + 1 + q] for p in range(a) for q in range(b))
    return sum(parts)


def convolve_scipy(image, kernel):
    return correlate2d(image, kernel, mode="valid")


def convolve_square(image, kernel):
    size = len(kernel)
    out = np.zeros((len(image) - size + 1, image.shape[1] - size + 1))
    for i in range(len(out)):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + size, j : j + size] * kernel).sum()
    return out


def convolve_zeros_left(image, kernel):
    out = np.zeros(image.shape)
    part = convolve(image, kernel)
    out[: len(part), : part.shape[1]] = part
    return out


def convolve_matmul(image, kernel):
    a, b = kernel.shape
    out = np.zeros((image.shape[0] - a + 1, image.shape[1] - b + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (image[i : i + a, j : j + b] @ kernel).sum()
    return out


# 05.4 -----------------------------------------------------------------------------------------------------


def max_pool(image, size, function=np.max):
    rows, columns = image.shape[0] // size, image.shape[1] // size
    return np.array(
        [
            [function(image[i * size : (i + 1) * size, j * size : (j + 1) * size]) for j in range(columns)]
            for i in range(rows)
        ]
    )


def max_pool_windows(image, size):
    return sliding_window_view(image, (size, size))[::size, ::size].max(axis=(2, 3))


def max_pool_reshape(image, size):
    rows, columns = (n // size for n in image.shape)
    cut = image[: rows * size, : columns * size]
    return cut.reshape(rows, size, columns, size).max(axis=(1, 3)).tolist()


def max_pool_no_cut(image, size):
    h, w = image.shape
    return image.reshape(h // size, size, w // size, size).max(axis=(1, 3))


def max_pool_all_windows(image, size):
    starts = [range(0, n, size) for n in image.shape]
    return np.array([[image[i : i + size, j : j + size].max() for j in starts[1]] for i in starts[0]])


def max_pool_from_zero(image, size):
    return max_pool(image, size, lambda window: max(0, window.max()))


def max_pool_end(image, size):
    h, w = image.shape
    return max_pool(image[h % size :, w % size :], size)


# 05.5, 05.9, 05.14 ----------------------------------------------------------------------------------------

MAPS = {"K1": "D", "K2": "C", "K3": "B", "K4": "A"}
MIRROR, SHOE = "which category? mirrored", "left or right shoe? mirrored"
CLICKS, TURNED = "which click rate? brighter or darker", "which category? turned by 90 degrees"
SAFE = {
    MIRROR: "safe",
    SHOE: "changes the answer",
    CLICKS: "changes the answer",
    TURNED: "shows what never occurs",
}
FAILURES = {"brightness": "C", "crop": "D", "rotation": "A", "background": "B"}


def _swapped(answer, one, other):
    return {**answer, one: answer[other], other: answer[one]}


# 05.6 -----------------------------------------------------------------------------------------------------


def built(
    scale=1 / 255,
    convolution=True,
    last="softmax",
    loss="sparse_categorical_crossentropy",
    inputs=(28, 28, 1),
):
    def build():
        import keras

        layers = keras.layers
        model = keras.Sequential([keras.Input(inputs)])
        if scale:
            model.add(layers.Rescaling(scale))
        if convolution:
            model.add(layers.Conv2D(4, 3, strides=2, activation="relu"))
        if len(inputs) > 1:
            model.add(layers.Flatten())
        model.add(layers.Dense(10, activation=last))
        chosen = keras.losses.SparseCategoricalCrossentropy(from_logits=True) if loss == "logits" else loss
        model.compile(optimizer="adam", loss=chosen)
        return model

    return build


def build_functional():
    import keras

    inputs = keras.Input((28, 28, 1))
    h = keras.layers.SeparableConv2D(4, 3)(inputs / 255.0)
    outputs = keras.layers.Dense(10)(keras.layers.GlobalAveragePooling2D()(h))
    model = keras.Model(inputs, outputs)
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def build_standardised():
    import keras

    part = keras.Sequential([keras.layers.Conv2D(4, 5, activation="relu"), keras.layers.GlobalMaxPooling2D()])
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Normalization(mean=120.0, variance=60.0**2),
            part,
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("sgd", keras.losses.sparse_categorical_crossentropy)
    return model


def build_class():
    import keras

    class Small(keras.Model):
        def __init__(self):
            super().__init__()
            self.norm = keras.layers.BatchNormalization()
            self.conv = keras.layers.Conv2D(4, 3, activation="relu")
            self.flat = keras.layers.Flatten()
            self.out = keras.layers.Dense(10)
            self.soft = keras.layers.Softmax()

        def call(self, x, training=False):
            return self.soft(self.out(self.flat(self.conv(self.norm(x, training=training)))))

    model = Small()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def build_not_adapted():
    import keras

    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Normalization(mean=0.0, variance=1.0),
            keras.layers.Conv2D(4, 3),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy")
    return model


def build_no_flatten():
    import keras

    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Rescaling(1 / 255)])
    model.add(keras.layers.Conv2D(4, 3, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(loss="sparse_categorical_crossentropy")
    return model


def build_not_compiled():
    import keras

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(4, 3),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )


# 05.7 -----------------------------------------------------------------------------------------------------


def split(product_id, seed):
    rng = np.random.default_rng(seed)
    products = np.unique(product_id)
    return np.isin(product_id, rng.choice(products, len(products) // 4, replace=False))


def split_by_number(product_id, seed):
    _, number = np.unique(product_id, return_inverse=True)
    return np.random.default_rng(seed).permutation(number.max() + 1)[number] % 4 == 0


def split_by_draw(product_id, seed):
    rng = np.random.default_rng(seed)
    test = {name: rng.random() < 0.25 for name in np.unique(product_id)}
    return [bool(test[name]) for name in product_id]


def split_photos(product_id, seed):
    return np.random.default_rng(seed).random(len(product_id)) < 0.25


def split_unseeded(product_id, seed):
    return split(product_id, None)


def split_rows(product_id, seed):
    chosen = split(product_id, seed)
    return np.flatnonzero(chosen)


def split_position(product_id, seed):
    products, number = np.unique(product_id, return_inverse=True)
    rank = np.random.default_rng(seed).permutation(len(products))[number]
    test = rank < len(products) // 4
    test[np.flatnonzero(~test)[0]] = True
    return test


# 05.8 -----------------------------------------------------------------------------------------------------


def kernel_gradient(image, upstream):
    rows, columns = upstream.shape
    a, b = image.shape[0] - rows + 1, image.shape[1] - columns + 1
    gradient = np.zeros((a, b))
    for i in range(rows):
        for j in range(columns):
            gradient += upstream[i, j] * image[i : i + a, j : j + b]
    return gradient


def gradient_last(image, upstream):
    rows, columns = upstream.shape
    a, b = image.shape[0] - rows + 1, image.shape[1] - columns + 1
    for i in range(rows):
        for j in range(columns):
            gradient = upstream[i, j] * image[i : i + a, j : j + b]
    return gradient


def gradient_image(image, upstream):
    return convolve2d(upstream, np.ones(np.array(image.shape) - upstream.shape + 1))


# 05.11 ----------------------------------------------------------------------------------------------------


def unit(table):
    return table / np.linalg.norm(table, axis=1, keepdims=True)


def look_alikes(embeddings, i, k):
    cosine = unit(embeddings) @ unit(embeddings)[i]
    cosine[i] = -np.inf
    return np.argsort(-cosine)[:k]


def look_alikes_loop(embeddings, i, k):
    own = embeddings[i]
    cosine = {
        j: row @ own / np.linalg.norm(row) / np.linalg.norm(own) for j, row in enumerate(embeddings) if j != i
    }
    return sorted(cosine, key=cosine.get, reverse=True)[:k]


def look_alikes_distance(embeddings, i, k):
    distance = np.linalg.norm(unit(embeddings) - unit(embeddings)[i], axis=1)
    order = np.argsort(distance)
    return order[order != i][:k]


def alikes_by(score, itself=False):
    def look_alikes(embeddings, i, k):
        values = score(embeddings, i).astype(float)
        if not itself:
            values[i] = -np.inf
        return np.argsort(-values, kind="stable")[:k]

    return look_alikes


def cosine(table, i):
    return unit(table) @ unit(table)[i]


def alikes_cut_first(embeddings, i, k):
    return np.argsort(-np.round(cosine(embeddings, i), 9), kind="stable")[1 : k + 1]


# 05.12 ----------------------------------------------------------------------------------------------------


def checks(p, cost, value, budget):
    rows = np.argsort(-p)
    return rows[p[rows] * value > cost][:budget]


def checks_list(p, cost, value, budget):
    paying = [row for row in range(len(p)) if p[row] > cost / value]
    return sorted(paying, key=lambda row: p[row], reverse=True)[:budget]


def checks_mask(p, cost, value, budget):
    mask = np.zeros(len(p), dtype=bool)
    mask[checks(p, cost, value, budget)] = True
    return mask


def checks_by(
    keep=lambda p, cost, value: p * value > cost, order=lambda p: -p, cut=lambda rows, budget: rows[:budget]
):
    def checks(p, cost, value, budget):
        rows = np.argsort(order(p), kind="stable")
        return cut(rows[keep(p, cost, value)[rows]], budget)

    return checks


# 05.13 ----------------------------------------------------------------------------------------------------


def precision_by(hide, when="before", negative=False, normal=True, final=np.mean):
    def precision_at(embeddings, category, product, k):
        table = unit(embeddings) if normal else embeddings
        similarity = table @ table.T
        if negative:
            similarity = -similarity
        hidden = hide(category, product)
        if when == "before":
            similarity[hidden] = -np.inf
        else:
            np.fill_diagonal(similarity, -np.inf)
        nearest = np.argsort(-similarity, axis=1)[:, :k]
        hit = category[nearest] == category[:, None]
        if when == "after":
            return hit[~np.take_along_axis(hidden, nearest, axis=1)].mean()
        return final(hit)

    return precision_at


def same_product(category, product):
    return product[:, None] == product


def itself(category, product):
    return np.eye(len(product), dtype=bool)


precision_at = precision_by(same_product)


def precision_loop(embeddings, category, product, k):
    table, shares = unit(embeddings), []
    for i, row in enumerate(table):
        others = np.flatnonzero(product != product[i])
        nearest = others[np.argsort(-(table[others] @ row))[:k]]
        shares.append(np.mean(category[nearest] == category[i]))
    return np.mean(shares)


ANSWERS = {
    "05.1": {
        "right": [convolve, convolve_windows, convolve_kernel_loop, convolve_scipy],
        "wrong": [
            (lambda x, k: convolve2d(x, k, mode="valid"), "turned by 180 degrees"),
            (lambda x, k: convolve(x, k[::-1]), "upside down"),
            (lambda x, k: convolve(x, k[:, ::-1]), "mirrored"),
            (lambda x, k: convolve(x, k.T), "The kernel was transposed"),
            (lambda x, k: convolve(x, k)[:-1, :-1], "`h - a + 1` places"),
            (lambda x, k: correlate2d(x, k, mode="same"), "zeros were put around it"),
            (lambda x, k: convolve2d(x, k, mode="same"), "The kernel was also turned"),
            (convolve_zeros_left, "zeros stand in its last rows"),
            (lambda x, k: convolve2d(x, k), '"full" convolution'),
            (lambda x, k: correlate2d(x, k), '"full" result'),
            (lambda x, k: convolve(x, k)[:: len(k), :: k.shape[1]], "They must overlap"),
            (lambda x, k: convolve(x, k)[::2, ::2], "two pixels at a time"),
            (lambda x, k: convolve(x, k).T, "The result is transposed"),
            (lambda x, k: convolve(x, k) / k.size, "means"),
            (lambda x, k: convolve(x, k * 0 + 1), "the kernel was not used"),
            (lambda x, k: np.maximum(convolve(x, k), 0), "an activation"),
            (lambda x, k: np.abs(convolve(x, k)), "The signs are lost"),
            (convolve_matmul, "product of matrices"),
            (convolve_square, "sizes of their own"),
            (lambda x, k: convolve(x, k).astype(int), "The decimals are lost"),
            (lambda x, k: convolve(x, k) + 0.5, "In row 0, column 0"),
            (lambda x, k: convolve(x, k)[:1], "of shape (1, 3); it must be (2, 3)"),
            (lambda x, k: convolve(x, k)[..., None], "Leave out the dimensions of size 1"),
            (lambda x, k: convolve(x, k).sum(), "two dimensions"),
            (lambda x, k: "map", "table of numbers"),
            (lambda x, k: None, "returned None"),
        ],
    },
    "05.2": {
        "right": [((6, 6, 16),), [6, 6, 16], np.array([6, 6, 16]), ((None, 6, 6, 16),)],
        "wrong": [
            (((7, 7, 16),), 'padding="same"'),
            (((14, 14, 16),), 'padding="same"'),
            (((12, 12, 16),), "the pooling comes after it"),
            (((24, 24, 16),), "moves by two pixels"),
            (((6, 6, 1),), "each of the 16 filters makes one"),
            (((6, 6, 32),), "does not change the number"),
            (((6, 6, 5),), "5 is the size of the kernel"),
            (((6, 6, 25),), "one kernel"),
            (((16, 6, 6),), "another order"),
            (((11, 11, 16),), "moves by 2"),
            (((5, 5, 16),), "One place is missing"),
            (((5.5, 5.5, 16),), "whole number"),
            (((3, 3, 16),), "second halving"),
            (((6, 7, 16),), "height and width"),
            (((9, 9, 16),), "Go step by step"),
            (((6, 6),), "The number of feature maps is missing"),
            (576, "three numbers in brackets"),
            ("(6, 6, 16)", "three numbers in brackets"),
        ],
    },
    "05.3": {
        "right": [121_930, 320 + 18_496 + 102_464 + 650, "121,930"],
        "wrong": [
            (121_760, "without the biases"),
            (104_074, "looks at all maps"),
            (103_904, "The biases are missing, too"),
            (220_234, 'padding="same"'),
            (166_986, "does not fill a window"),
            (69_706, "the number of pixels"),
            (3_230_794, "the sides shrink"),
            (2_378_826, "The poolings are missing"),
            (515_146, "The second pooling is missing"),
            (609_354, "The first pooling is missing"),
            (21_130, "all 64 maps"),
            (121_280, "The last layer"),
            (18_816, "two convolutions"),
            (103_114, "two dense layers"),
            (102_464, "first dense layer alone"),
            (18_496, "second convolution alone"),
            (320, "first convolution alone"),
            (122_506, "grey"),
            (123_914, "one bias"),
            (1_000, "Layer by layer"),
        ],
    },
    "05.4": {
        "right": [max_pool, max_pool_windows, max_pool_reshape],
        "wrong": [
            (lambda x, n: max_pool(x, n, np.mean), "average pooling"),
            (lambda x, n: max_pool(x, n, np.min), "the smallest"),
            (lambda x, n: max_pool(x, n, np.sum), "These are sums"),
            (lambda x, n: max_pool(np.abs(x), n), "*absolute*"),
            (max_pool_from_zero, "began at 0"),
            (max_pool_all_windows, "were kept"),
            (max_pool_no_cut, "leave out the last rows"),
            (lambda x, n: sliding_window_view(x, (n, n)).max(axis=(2, 3)), "The windows overlap"),
            (lambda x, n: x[::n, ::n], "first number of each window"),
            (lambda x, n: max_pool(x, n, lambda window: window[0, 0]), "first number of each window"),
            (max_pool_end, "at the *beginning*"),
            (lambda x, n: max_pool(x, n).T, "transposed"),
            (lambda x, n: max_pool(x, n)[:-1, :-1], "The last windows that fit"),
            (lambda x, n: max_pool(x, n) + 1, "In row 0, column 0"),
            (lambda x, n: x.max(), "two dimensions"),
            (lambda x, n: None, "returned None"),
        ],
    },
    "05.5": {
        "right": [MAPS, {key: value.lower() for key, value in reversed(MAPS.items())}],
        "wrong": [
            (_swapped(MAPS, "K1", "K3"), "K1 subtracts the column"),
            (_swapped(MAPS, "K2", "K4"), "K2 adds nine pixels"),
            (_swapped(MAPS, "K3", "K4"), "K3 subtracts the row"),
            (_swapped(MAPS, "K1", "K2"), "out of focus"),
            ({**MAPS, "K4": "D"}, "once"),
            ({**MAPS, "K4": "E"}, "is not one of"),
            (list(MAPS.values()), "dictionary"),
        ],
    },
    "05.6": {
        "right": [
            built(),
            built(last=None, loss="logits"),
            build_functional,
            build_standardised,
            build_class,
        ],
        "wrong": [
            (built(convolution=False), "no `Conv2D`"),
            (built(scale=None), "up to 255"),
            (build_not_adapted, "`adapt`"),
            (built(scale=1 / 255**2), "scaled twice"),
            (built(last=None), "returns logits"),
            (built(loss="logits"), "Softmax is applied twice"),
            (built(last="sigmoid"), "A product has one category"),
            (built(last="relu", loss="logits"), "takes their sign away"),
            (built(loss="categorical_crossentropy"), "*sparse*"),
            (built(loss="mean_squared_error"), "cross-entropy of ten categories"),
            (built(inputs=(784,), convolution=False), "784 numbers in a row"),
            (built(inputs=(28, 28, 3)), "a photo of the shop has the shape"),
            (build_no_flatten, "`Flatten` or `GlobalAveragePooling2D`"),
            (build_not_compiled, "not compiled"),
            (lambda: "model", "must return a Keras model"),
            (lambda: None, "returned None"),
        ],
    },
    "05.7": {
        "right": [split, split_by_number, split_by_draw],
        "wrong": [
            (split_photos, "a photo is drawn, not a product"),
            (split_position, "products have photos on both sides"),
            (lambda p, s: ~split(p, s), "exchanged"),
            (split_unseeded, "same seed"),
            (lambda p, s: split(p, 0), "`seed` is not used"),
            (lambda p, s: np.isin(p, np.unique(p)[: len(np.unique(p)) // 4]), "`seed` is not used"),
            (lambda p, s: np.arange(len(p)) < len(p) // 4, "products have photos on both sides"),
            (lambda p, s: split(p, s) & split(p, s + 10), "about a quarter"),
            (lambda p, s: np.zeros(len(p), dtype=bool), "none of the photos"),
            (lambda p, s: np.ones(len(p), dtype=bool), "all of the photos"),
            (lambda p, s: split(p, s).astype(int), "0 and 1"),
            (split_rows, "row numbers"),
            (lambda p, s: np.unique(p)[::4], "names of products"),
            (lambda p, s: split_photos(np.unique(p), s), "one for each *product*"),
            (lambda p, s: (split(p, s), ~split(p, s)), "`~test`"),
            (lambda p, s: split(p, s)[:-1], "has the type"),
            (lambda p, s: None, "returned None"),
        ],
    },
    "05.8": {
        "right": [kernel_gradient, convolve, convolve_windows],
        "wrong": [
            (lambda x, u: convolve(x, u[::-1, ::-1]), "turned by 180 degrees"),
            (lambda x, u: convolve(x, u.T), "The windows are transposed"),
            (lambda x, u: convolve(x, u).T, "The gradient is transposed"),
            (gradient_last, "Only the last window"),
            (
                lambda x, u: x[: 1 + len(x) - len(u), : 1 + x.shape[1] - u.shape[1]] * u[0, 0],
                "Only the first",
            ),
            (lambda x, u: convolve(x, u) / u.size, "divided by the number of places"),
            (lambda x, u: convolve(x, u * 0 + 1), "`upstream` is missing"),
            (lambda x, u: convolve(x, u * 0 + 1) * u.sum(), "added apart"),
            (gradient_image, "The gradient of the kernel has the shape of the kernel"),
            (lambda x, u: -convolve(x, u), "opposite sign"),
            (lambda x, u: 2 * convolve(x, u), "factor"),
            (lambda x, u: kernel_gradient(x, u)[:2, :2], "at 2 × 2 places"),
            (lambda x, u: np.zeros((3, 3)) + kernel_gradient(x, u), "need not be 3 × 3"),
            (lambda x, u: None, "returned None"),
        ],
    },
    "05.9": {
        "right": [SAFE, {key: value.upper() for key, value in reversed(SAFE.items())}],
        "wrong": [
            ({**SAFE, MIRROR: "changes the answer"}, "A mirrored mug is a mug"),
            ({**SAFE, MIRROR: "shows what never occurs"}, "mirrored already"),
            ({**SAFE, SHOE: "safe"}, "still say *left*"),
            ({**SAFE, SHOE: "shows what never occurs"}, "That is the danger"),
            ({**SAFE, CLICKS: "safe"}, "the clicks of the darker one"),
            ({**SAFE, CLICKS: "shows what never occurs"}, "clicks that it did not get"),
            ({**SAFE, TURNED: "safe"}, "no supplier sends"),
            ({**SAFE, TURNED: "changes the answer"}, "A lying bottle is a bottle"),
            ({**SAFE, TURNED: "harmless"}, "is not one of"),
            ("safe", "dictionary"),
        ],
    },
    "05.10": {
        "right": [0.0686, 6.86, "6.9 %", 9.8 * 0.7],
        "wrong": [
            (0.056, "another 4.2 points"),
            (3.8, "6 points again"),
            (4.7, "the mean of the two falls"),
            (1.4, "straight line"),
            (4.9, "half of 9.8"),
            (4.8, "two doublings"),
            (9.8, "the error at 2,000"),
            (7, "one decimal"),
            (0.7, "the ratio of one doubling"),
            (14, "Multiply the *last* error"),
            (30, "Divide each error"),
        ],
    },
    "05.11": {
        "right": [look_alikes, look_alikes_loop, look_alikes_distance],
        "wrong": [
            (alikes_by(cosine, itself=True), "itself is on the list: nothing is more like it"),
            (lambda e, i, k: alikes_by(cosine, itself=True)(e, i, k + 1), "Then k photos are left"),
            (alikes_by(lambda e, i: e @ e[i]), "largest dot products"),
            (alikes_by(lambda e, i: e @ e[i], itself=True), "long embeddings win"),
            (alikes_by(lambda e, i: -np.linalg.norm(e - e[i], axis=1)), "Euclidean"),
            (alikes_by(lambda e, i: -np.linalg.norm(e - e[i], axis=1), itself=True), "Euclidean"),
            (alikes_by(lambda e, i: -cosine(e, i)), "*least* like it"),
            (lambda e, i, k: look_alikes(e, i, k)[::-1], "stands last"),
            (lambda e, i, k: np.sort(look_alikes(e, i, k)), "in the order of the table"),
            (alikes_by(lambda e, i: np.abs(cosine(e, i))), "Leave the sign"),
            (
                alikes_by(lambda e, i: (e / np.linalg.norm(e, axis=0)) @ (e / np.linalg.norm(e, axis=0))[i]),
                "*column*",
            ),
            (alikes_by(lambda e, i: e @ unit(e)[i], itself=True), "long embeddings win"),
            (lambda e, i, k: look_alikes(e, i, k + 1)[1:], "left out twice"),
            (lambda e, i, k: look_alikes(e, i, k - 1), "one photo too few"),
            (alikes_cut_first, "twins with the same embedding"),
            (lambda e, i, k: np.sort(cosine(e, i))[-k:], "cosines or distances"),
            (lambda e, i, k: look_alikes(e, i, k)[:, None], "it must be (5,)"),
            (lambda e, i, k: look_alikes(e, i, k) + len(e), "0 to 29"),
            (lambda e, i, k: np.full(k, 2), "twice"),
            (lambda e, i, k: None, "returned None"),
        ],
    },
    "05.12": {
        "right": [checks, checks_list, checks_by()],
        "wrong": [
            (checks_by(cut=lambda rows, budget: rows), "The budget is missing"),
            (checks_by(keep=lambda p, c, v: p > 0.5), "The threshold is 0.5"),
            (checks_by(keep=lambda p, c, v: p >= 0), "The cost is missing"),
            (checks_by(keep=lambda p, c, v: p * v >= c), "exactly its cost"),
            (checks_by(keep=lambda p, c, v: p > c), "`value` is missing"),
            (checks_by(keep=lambda p, c, v: p * c > v), "exchanged"),
            (checks_by(keep=lambda p, c, v: (1 - p) * v > c), "1 − p_wrong"),
            (checks_by(order=lambda p: p), "*least* suspicious"),
            (checks_by(keep=lambda p, c, v: p >= 0, order=lambda p: p), "*least* suspicious"),
            (lambda p, c, v, b: checks(p, c, v, b)[::-1], "turn the list round"),
            (lambda p, c, v, b: np.sort(checks(p, c, v, b)), "put the most suspicious photo first"),
            (lambda p, c, v, b: np.flatnonzero(p * v > c)[:b], "The first photos of the table"),
            (lambda p, c, v, b: np.flatnonzero(p * v > c), "has the order of the table"),
            (lambda p, c, v, b: checks(p, c, v, b - 1) if b else [], "fewer than the budget"),
            (lambda p, c, v, b: checks(p, c, v, b + 1), "One check more"),
            (lambda p, c, v, b: checks(p, c, v, b or 9), "That is more than the budget. `[-budget:]`"),
            (lambda p, c, v, b: checks(p, c - 0.2, v, b), "do not bring more than they cost"),
            (lambda p, c, v, b: checks(p, c + 0.2, v, b), "First ask which checks pay"),
            (lambda p, c, v, b: np.roll(checks(p, c, v, b), 1), "must stand first"),
            (checks_mask, "boolean array"),
            (lambda p, c, v, b: p[checks(p, c, v, b)], "probabilities"),
            (lambda p, c, v, b: checks(p, c, v, b)[:, None], "one dimension"),
            (lambda p, c, v, b: checks(p, c, v, b) + 8, "row numbers 0 to 7"),
            (lambda p, c, v, b: np.repeat(checks(p, c, v, b), 2), "more than once"),
            (lambda p, c, v, b: None, "returned None"),
        ],
    },
    "05.13": {
        "right": [precision_at, precision_loop],
        "wrong": [
            (precision_by(itself), "finds the other photos of its own product"),
            (precision_by(lambda c, p: np.zeros((len(p), len(p)), dtype=bool)), "Nothing is hidden"),
            (precision_by(same_product, when="after"), "*after* the k nearest"),
            (precision_by(lambda c, p: c[:, None] == c), "Photos of the same *category*"),
            (precision_by(lambda c, p: p[:, None] != p), "Hide the photos of the same product"),
            (precision_by(same_product, negative=True), "*least* similar"),
            (precision_by(same_product, normal=False), "not divided by their lengths"),
            (precision_by(same_product, final=np.sum), "the number of hits"),
            (lambda *data: 100 * precision_at(*data), "percent"),
            (lambda *data: 1 - precision_at(*data), "share of misses"),
            (precision_by(same_product, final=lambda hit: hit.any(axis=1).mean()), "at least one hit"),
            (precision_by(same_product, final=lambda hit: hit[:, 0].mean()), "the first of the k places"),
            (precision_by(same_product, final=lambda hit: hit.mean(axis=1)), "one number for each photo"),
            (lambda *data: 0.123, "the function gave 0.1230"),
            (lambda *data: [0.1, 0.2], "one number"),
            (lambda *data: None, "returned None"),
        ],
    },
    "05.14": {
        "right": [FAILURES, {key: value.lower() for key, value in reversed(FAILURES.items())}],
        "wrong": [
            (_swapped(FAILURES, "brightness", "crop"), "never saw dark photos"),
            (_swapped(FAILURES, "crop", "background"), "at the edge"),
            (_swapped(FAILURES, "rotation", "background"), "saw only upright products"),
            ({**FAILURES, "background": "A"}, "once"),
            ({**FAILURES, "background": "E"}, "is not one of"),
            ("ABCD", "dictionary"),
        ],
    },
    "05.15": {
        "right": [13 / 240, 0.0542, "5.42 %", 0.054],
        "wrong": [
            (0.075, "the observed rate"),
            (5, "the mean of all photos"),
            (0.0625, "halfway"),
            (0.0708, "The weights are exchanged"),
            (0.0125, "not their clicks above it"),
            (0.0127, "5 % of 200 are 10 clicks"),
            (0.325, "not below it"),
            (0.26, "add 200 below"),
            (0.065, "the photo itself are missing"),
            (203 / 240, "200 is a number of impressions"),
            (13, "13 are the clicks"),
            (0.5, "How many clicks and how many impressions"),
        ],
    },
}
