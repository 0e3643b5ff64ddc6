"""The questions of lesson 05: predict a shape or a number, and choose which augmentation is safe."""

from mktutils.exercises._network_04 import choice
from mktutils.lesson import Exercise, Wrong, predict

# 05.2 -----------------------------------------------------------------------------------------------------

_SIDES = "One place every two pixels: the side becomes (28 − 5) // 2 + 1 after the convolution."
_WRONG_SHAPES = {
    (
        7,
        7,
        16,
    ): '7 is the side with `padding="same"`, where zeros are put around the photo. With "valid" the kernel must fit inside it.',
    (
        14,
        14,
        16,
    ): '14 is the side after a convolution with `padding="same"` and strides of 2. With "valid" the kernel must fit inside, and then comes the pooling.',
    (
        12,
        12,
        16,
    ): "12 is the side after the convolution alone; the pooling comes after it. (It is also what comes out with strides of 1 and pooling: the convolution has strides of 2.)",
    (
        24,
        24,
        16,
    ): "24 is the side after a convolution with strides of 1 and without the pooling. Here the kernel moves by two pixels at a time.",
    (
        6,
        6,
        1,
    ): "The sides are right. The last number counts the feature maps: each of the 16 filters makes one, and pooling keeps their number.",
    (
        6,
        6,
        32,
    ): "The sides are right. Pooling does not change the number of feature maps: 16 filters make 16 maps.",
    (
        6,
        6,
        5,
    ): "The sides are right. 5 is the size of the kernel; the last number counts the feature maps, one for each filter.",
    (
        6,
        6,
        25,
    ): "The sides are right. 25 are the numbers of one kernel; the last number counts the feature maps, one for each filter.",
    (16, 6, 6): "The right numbers in another order. Keras puts the feature maps last: height, width, maps.",
    (6, 16, 6): "The right numbers in another order. Keras puts the feature maps last: height, width, maps.",
    (
        11,
        11,
        16,
    ): "With a pooling that moves by one pixel the side would be 11. A pooling of size 2 moves by 2.",
    (5, 5, 16): f"One place is missing, the first one. {_SIDES}",
    (5.5, 5.5, 16): f"A side is a whole number. {_SIDES}",
    (11.5, 11.5, 16): f"A side is a whole number. {_SIDES}",
    (
        3,
        3,
        16,
    ): "3 is the side after a second halving. There is one convolution with strides of 2 and one pooling.",
}


def _check_shape(answer) -> None:
    """Raise Wrong that names the step at which the side or the number of maps went wrong."""
    try:
        shape = tuple(None if value is None else float(value) for value in answer)
    except (TypeError, ValueError):
        shape = ()
    if len(shape) == 4 and shape[0] in {None, 1.0}:
        shape = shape[1:]  # the number of photos
    if isinstance(answer, str) or len(shape) not in {2, 3} or None in shape:
        raise Wrong("Answer with three numbers in brackets: `answer = (height, width, maps)`.")
    if len(shape) == 2:
        raise Wrong("The number of feature maps is missing: `answer = (height, width, maps)`.")
    if shape == (6, 6, 16):
        return
    if shape in _WRONG_SHAPES:
        raise Wrong(_WRONG_SHAPES[shape])
    if shape[0] != shape[1]:
        raise Wrong(
            "The photo, the kernel and the steps are square, so height and width of the result are equal."
        )
    raise Wrong(
        "Go step by step. At how many places does a kernel with 5 rows fit into 28 rows, if it moves by 2? How many windows of 2 rows fit into that? How many maps do 16 filters make?"
    )


SHAPE = Exercise(
    "05.2",
    "The shape behind two layers",
    "2",
    check=_check_shape,
    lead="The answer:",
    hints=[
        'With "valid" the first row of the kernel can stand on the rows 0, 2, 4, … of the photo, as long as its fifth row is still inside. How many places are that?',
        'For one side: (size − kernel) // strides + 1 with "valid". A pooling of size 2 has a kernel of 2 and strides of 2. The number of filters is the number of maps.',
    ],
    solution="side = (28 - 5) // 2 + 1\nside = (side - 2) // 2 + 1\nanswer = (side, side, 16)",
    analysis="12 after the convolution, 6 after the pooling, and 16 maps all the way. Of the 784 pixels 576 numbers are left, each with a view of 7 × 7 pixels: a window of two places, 2 pixels apart, each 5 wide. "
    "The last row and column of the photo are never seen: the twelfth place ends at row 26.",
)

# 05.9 -----------------------------------------------------------------------------------------------------

SAFE, CHANGES, NEVER = "safe", "changes the answer", "shows what never occurs"
MIRROR, SHOE = "which category? mirrored", "left or right shoe? mirrored"
CLICKS, TURNED = "which click rate? brighter or darker", "which category? turned by 90 degrees"
_VERDICTS = {
    MIRROR: {
        CHANGES: "A mirrored mug is a mug: the category stays the same.",
        NEVER: "A quarter of the shop's photos are mirrored already, so such photos do occur.",
    },
    SHOE: {
        SAFE: "The mirror image of a left shoe looks like a right shoe, and its label would still say *left*.",
        NEVER: "Such photos do occur: they look like photos of the other shoe. That is the danger, since the label stays.",
    },
    CLICKS: {
        SAFE: "The click rate depends on the light of the photo. The brighter copy would carry the clicks of the darker one.",
        NEVER: "Brighter and darker photos do occur, and customers click them at other rates. The copy would carry clicks that it did not get.",
    },
    TURNED: {
        SAFE: "The category stays, and yet the network would learn a bottle that lies on its side, which no supplier sends. It spends its weights, and its data, on photos that do not come.",
        CHANGES: "A lying bottle is a bottle: the category stays the same. Ask instead whether such photos will come.",
    },
}
_RIGHT = {MIRROR: SAFE, SHOE: CHANGES, CLICKS: CHANGES, TURNED: NEVER}


AUGMENTATION = Exercise(
    "05.9",
    "Which augmentation is safe?",
    "4",
    check=choice([SAFE, CHANGES, NEVER], lambda plan, given: _VERDICTS[plan][given], _RIGHT),
    lead="The answer:",
    hints=[
        "Two questions for each line. Is the label of the changed photo still right? Do such photos come to the shop?",
        "Two of the four make the label wrong, since the answer is about exactly what is changed: the side, and the light.",
    ],
    solution="""
safe = {
    "which category? mirrored": "safe",
    "left or right shoe? mirrored": "changes the answer",
    "which click rate? brighter or darker": "changes the answer",
    "which category? turned by 90 degrees": "shows what never occurs",
}
""",
    analysis="An augmentation says: this change does not matter for the answer. It is a statement about the task, not about photos: the same mirror is safe for the category and wrong for the side of a shoe (unless "
    "the label is changed with it). The third verdict is milder: training is slower and the network a little worse on the photos that do come. It turns into *safe* on the day on which such photos arrive.",
)

# 05.3, 05.10, 05.15 ---------------------------------------------------------------------------------------

_SECOND = "The second convolution gets 32 maps, so each of its 64 kernels has 3 · 3 · 32 numbers"
QUESTIONS = [
    SHAPE,
    predict(
        "05.3",
        "How many parameters has the network of article 3?",
        "2",
        value=121_930,
        tolerance=0.01,
        misconceptions=[
            (121_760, "121,760 is without the biases: one for each filter and each unit, 32 + 64 + 64 + 10 = 170 in all."),
            (104_074, f"A kernel looks at all maps of the layer before. {_SECOND}, and not 3 · 3."),
            (103_904, f"{_SECOND}, and not 3 · 3. The biases are missing, too."),
            (220_234, '7 · 7 · 64 numbers would come out of the second pooling with `padding="same"`. Without it each convolution takes 2 pixels from each side length: 28 → 26 → 13 → 11 → 5.'),
            (166_986, "After the second convolution the side is 11, and the pooling makes 5 of it, not 6: the last row does not fill a window."),
            (69_706, "784 is the number of pixels of the photo. `Flatten` gets what the second pooling returns: 5 · 5 · 64 numbers."),
            (3_230_794, "The photo has 28 × 28 pixels, and the sides shrink on the way: 28 → 26 → 13 → 11 → 5. `Flatten` gets 5 · 5 · 64 numbers."),
            (2_378_826, "The poolings are missing: 28 → 26 → 13 → 11 → 5. They have no parameters, but they make the maps smaller."),
            (515_146, "The second pooling is missing: 11 becomes 5 before `Flatten`."),
            (609_354, "The first pooling is missing: 26 becomes 13 before the second convolution."),
            (21_130, "`Flatten` puts all 64 maps into one row: 5 · 5 · 64 numbers, not 5 · 5."),
            (121_280, "The last layer is missing: 64 · 10 + 10."),
            (18_816, "18,816 are the two convolutions. The dense layers follow: most parameters stand there."),
            (103_114, "103,114 are the two dense layers. The convolutions come before them."),
            (102_464, "102,464 is the first dense layer alone."),
            (18_496, "18,496 is the second convolution alone."),
            (320, "320 is the first convolution alone."),
            (122_506, "The photos are grey: they have one channel, not three."),
            (123_914, "A filter has one bias, however many maps it looks at: 64 biases in the second convolution."),
        ],
        otherwise="Layer by layer. Convolution: rows · columns · maps that come in · filters, plus one bias for each filter. Dense: inputs · units, plus one bias for each unit. "
        "The side shrinks: 28 → 26 → 13 → 11 → 5. Pooling and `Flatten` have no parameters.",
        hints=[
            "First the shapes: a 3 × 3 kernel without padding takes 2 from each side length, a pooling of 2 halves it and rounds down. What comes out of the second pooling, and how many numbers is that?",
            "A convolution has rows · columns · maps that come in · filters weights, and one bias for each filter. The first has 3 · 3 · 1 · 32 + 32 = 320.",
            "320 for the first convolution, 3 · 3 · 32 · 64 + 64 for the second, 1,600 · 64 + 64 for the dense layer, 64 · 10 + 10 for the last.",
        ],
        solution="answer = (3 * 3 * 1 * 32 + 32) + (3 * 3 * 32 * 64 + 64) + (5 * 5 * 64 * 64 + 64) + (64 * 10 + 10)",
        analysis="320 + 18,496 + 102,464 + 650 = 121,930. The convolutions do most of the calculating and hold 15 % of the parameters; 84 % stand in one dense layer, because `Flatten` gives it 1,600 inputs. "
        "Global average pooling in the place of `Flatten` would leave 64 inputs, and 4,160 parameters instead of 102,464.",
    ),
    AUGMENTATION,
    predict(
        "05.10",
        "Twice as many photos",
        "5",
        value=0.0686,
        tolerance=0.0006,
        percent=True,
        misconceptions=[
            (0.056, "5.6 % would be another 4.2 points less. The points get fewer with each doubling: 6, then 4.2. What stays the same is the *ratio*."),
            (0.038, "3.8 % takes off 6 points again. The points get fewer with each doubling; what stays the same is the *ratio*."),
            (0.047, "4.7 % takes off the mean of the two falls, 5.1 points. The points get fewer with each doubling; what stays the same is the *ratio*."),
            (0.014, "1.4 % is the straight line through the last two points: 4.2 points for 1,000 photos, so 8.4 for 2,000. Errors do not fall along a straight line, or they would soon be negative."),
            (0.049, "4.9 % is half of 9.8 %. Twice as many photos do not halve the error here: from 20 % they led to 14 %."),
            (0.04802, "4.8 % is two doublings on, at 8,000 photos. From 2,000 to 4,000 it is one."),
            (0.098, "9.8 % is the error at 2,000 photos. It fell with each doubling so far."),
            (0.07, "7 % is rounded. Multiply 9.8 % by the ratio, and give one decimal."),
            (0.7, "0.7 is the ratio of one doubling. Multiply the last error by it."),
            (0.14, "14 % divided by 20 % is the ratio, 0.7. Multiply the *last* error, 9.8 %, by it."),
        ],
        otherwise="Divide each error by the one before it: 14 / 20, 9.8 / 14. Multiply the last error by this ratio.",
        hints=[
            "By how many points does the error fall with each doubling, and by which factor? One of the two stays the same.",
            "14 / 20 = 0.7 and 9.8 / 14 = 0.7. From 2,000 to 4,000 photos is one more doubling.",
        ],
        solution="answer = 9.8 * (14 / 20)",
        analysis="6.9 %. A constant factor with each doubling is a power law: a straight line when both axes are logarithmic. Here the error is proportional to photos to the power log₂ 0.7 = −0.51, so four times "
        "as many photos halve it. No such line goes on for ever: 4 % of the shop's photos are filed wrongly, and against filed categories no network gets much below an error of 4 %.",
    ),
    predict(
        "05.15",
        "Three clicks of forty",
        "8",
        value=13 / 240,
        tolerance=0.0003,
        percent=True,
        misconceptions=[
            (0.075, "0.075 is the observed rate, 3 of 40. One click more or less would move it by a third. It must be drawn towards the mean of all photos, as if 200 more impressions had been seen."),
            (0.05, "0.05 is the mean of all photos. The 40 impressions of this one count as well, if only a little."),
            (0.0625, "0.0625 is halfway between both rates. They do not weigh the same: 40 impressions against 200."),
            (17 / 240, "The weights are exchanged: the observed rate weighs 40, the mean of all photos weighs 200."),
            *((wrong / 240, "The 200 impressions were added below the fraction line, and not their clicks above it: 5 % of 200 are 10 clicks.") for wrong in (3, 3.05)),
            (13 / 40, "The 10 clicks were added above the fraction line, and their 200 impressions not below it."),
            (13 / 50, "10 clicks belong to 200 impressions: add 200 below the fraction line, not 10."),
            (13 / 200, "The 40 impressions of the photo itself are missing below the fraction line."),
            (203 / 240, "200 is a number of impressions. Above the fraction line stand clicks: 5 % of 200 are 10."),
            (13, "13 are the clicks, 3 seen and 10 added. Divide by the impressions, 40 + 200."),
        ],
        otherwise="Add 200 impressions with a click rate of 5 % to the 40 that were seen. How many clicks and how many impressions are that together?",
        hints=[
            "A strength of 200 means: as if 200 impressions with the mean rate had been seen before. How many clicks are these?",
            "5 % of 200 are 10 clicks: (3 + 10) / (40 + 200).",
        ],
        solution="answer = (3 + 0.05 * 200) / (40 + 200)",
        analysis="0.0542: of the distance from the mean, 2.5 points, one sixth is left, since 40 of 240 impressions are the photo's own. A photo with 4,000 impressions would keep 95 % of its distance. So the top "
        "of a list is no longer filled with photos that were shown a few times and were lucky. A network can give each photo a mean of its own: its prediction from the picture takes the place of the 5 %.",
    ),
]  # fmt: skip
