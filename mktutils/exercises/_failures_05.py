"""What four networks of exercise 05.14 do, measured by tests/benchmarks/failures_05.py; the checker of the exercise."""

import numpy as np

from mktutils.exercises._training_03 import _dictionary
from mktutils.lesson import Wrong

_SHIFTS = ("own photos", "darker", "cropped", "turned")
_ACCURACY = {  # share of the test photos, in the order of _SHIFTS
    "A": (0.951, 0.957, 0.911, 0.349),
    "B": (1.000, 1.000, 1.000, 1.000),
    "C": (0.931, 0.082, 0.898, 0.920),
    "D": (0.939, 0.944, 0.275, 0.909),
}
_MAPS = {  # 14 × 14 falls of the probability in percent, two digits each, a row in a line
    "A": (
        "0407091009060302020304030202"
        "0507101212080402020205040302"
        "0710151618151108121014090906"
        "0407131723212117211719121106"
        "0304121723222119241821120804"
        "0304111824232320241821130803"
        "0305121621242729282017120802"
        "0203070911121517181212080601"
        "0304060707101113141108050401"
        "0304030304050705050506030200"
        "0203020203050707060304020100"
        "0303010001030607070302020101"
        "0102010202050708070403020201"
        "0101010101020304030101000000"
    ),
    "B": (
        "0000000000000000000000000100"
        "0000000000000000000000107908"
        "0000000000000000000000107909"
        "0000000000000000000000000100"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
        "0000000000000000000000000000"
    ),
    "C": (
        "0304070707060506060807070504"
        "0102040403020306070906060503"
        "0205111009100912151814130704"
        "0104090608080810131615130904"
        "0205131114161419212218150804"
        "0104111216202329292622201205"
        "0103101316233138372518170903"
        "0002091214192529302015140702"
        "0001071013182325251712120502"
        "0001050811151820181209090401"
        "0001030609141820161107060200"
        "0101030508121820171107060100"
        "0001010304071013120905030000"
        "0000010203070708080503020000"
    ),
    "D": (
        "0101020201010000000100010000"
        "0101030201020101010101010000"
        "0102050605040403040403010101"
        "0203081010110705050503010101"
        "0203081014171210070705020201"
        "0103111417242121151008040201"
        "0104101112252731251106040201"
        "0104101211172223200803040101"
        "0103080706141716150603040101"
        "0102040306111211080301020101"
        "0102040408131514080202020101"
        "0102020206121818110402020100"
        "0102010104091515110402010000"
        "0101010102050909080301000000"
    ),
}
_LETTERS = {"brightness": "C", "crop": "D", "rotation": "A", "background": "B"}


def failures_05() -> dict[str, dict]:
    """Return letter → {"accuracy": test → share, "map": (14, 14)} of four networks that were trained once.

    The map says by how much the probability of *bottle* falls, as a mean over the test photos filed as bottles, when a
    grey square of 7 × 7 pixels covers the photo at each second pixel. Which network fails for which reason is the
    question of exercise 05.14.

    >>> failures_05()["A"]["map"].shape, list(failures_05()["A"]["accuracy"])
    ((14, 14), ['own photos', 'darker', 'cropped', 'turned'])
    """
    return {
        letter: {
            "accuracy": dict(zip(_SHIFTS, _ACCURACY[letter], strict=True)),
            "map": np.array([int(d[k : k + 2]) for k in range(0, 392, 2)]).reshape(14, 14) / 100,
        }
        for letter, d in _MAPS.items()
    }


_WHY = {
    "brightness": "A network that never saw dark photos loses where the light changes and nothing else: compare the columns *own photos* and *darker*.",
    "crop": "A network that never saw a product at the edge loses where a part of it is cut off: compare *own photos* and *cropped*.",
    "rotation": "A network that saw only upright products loses where they are turned: compare *own photos* and *turned*.",
    "background": "None of the three changes hurts a network that reads the background, as long as the background stays. The table cannot show it; the map can: where does covering hurt, on the bottle or beside it?",
}


def check_failures(answer) -> None:
    """Raise Wrong with what the failure would look like and what this network shows."""
    letters = _dictionary(answer, list(_LETTERS), sorted(_ACCURACY))
    if len(set(letters.values())) < len(_LETTERS):
        raise Wrong("Each network has a failure of its own: use each of the letters A, B, C, D once.")
    for failure, letter in _LETTERS.items():
        if letters[failure] != letter:
            given = letters[failure]
            numbers = ", ".join(
                f"{name} {share:.2f}" for name, share in zip(_SHIFTS, _ACCURACY[given], strict=True)
            )
            raise Wrong(f"*{failure}*: {_WHY[failure]} Network {given} has {numbers}.")
