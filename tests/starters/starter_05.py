"""Five folders that lesson 05 never saw, what its starter must print for them, and folders it must refuse."""

import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

NUMBER = r"([+-]?[\d.]+)"
RIVALS = ["constant", "logistic regression on 16 × 16"]
# For each folder, known by one of its categories: photos, products, lowest and highest accuracy of the CNN,
# and whether it must beat the constant (None: either).
EXPECTED = {
    "red disc": (192, 64, 0.60, 1.00, True),
    "ring": (120, 120, 0.60, 1.00, True),
    "seldom": (148, 148, 0.65, 1.00, None),
    "Äpfel & Birnen": (62, 60, 0.60, 1.00, True),
    "heads": (100, 100, 0.10, 0.90, False),
}


def drawn(rng, shape: str, height: int, width: int) -> np.ndarray:
    """A shape somewhere in a picture: True where it is."""
    side = min(height, width)
    radius = side * rng.uniform(0.2, 0.32)
    y, x = np.mgrid[:height, :width]
    y, x = y - rng.uniform(radius, height - radius), x - rng.uniform(radius, width - radius)
    distance = np.hypot(x, y)
    return {
        "disc": distance < radius,
        "square": np.maximum(abs(x), abs(y)) < 0.85 * radius,
        "ring": (distance < radius) & (distance > 0.55 * radius),
        "bar": (abs(x) < 0.3 * radius) & (abs(y) < radius),
    }[shape]


def picture(rng, shape: str, height: int = 32, width: int = 32, ink=(40, 40, 40)) -> Image.Image:
    """A shape in one colour on a light ground, with noise."""
    mask = drawn(rng, shape, height, width)[..., None]
    pixels = np.where(mask, ink, rng.integers(170, 250)) + rng.normal(0, 8, (height, width, 3))
    return Image.fromarray(pixels.clip(0, 255).astype("uint8"))


def save(image: Image.Image, path: Path, **more) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **more)
    return path


def make_folders(folder: Path) -> dict[str, dict[str, object]]:
    """Write the folders; return, for each, the constants of the starter that point to it."""
    rng = np.random.default_rng(55)
    for colour, ink in {"red": (200, 30, 30), "blue": (30, 30, 200)}.items():  # small JPGs of unequal size
        for shape in ("disc", "bar"):
            for product in range(16):
                for shot in range(3):
                    name = f"{colour}{shape}{product:02d}-{shot}.JPG"
                    image = picture(rng, shape, *rng.integers(14, 60, 2), ink=ink)
                    save(image, folder / "colour" / f"{colour} {shape}" / name, format="jpeg")
    for shape in ("ring", "bar", "square"):  # transparent PNGs: the shape is in the alpha channel alone
        for k in range(40):
            pixels = np.full((40, 30, 4), rng.integers(0, 90), "uint8")
            pixels[..., 3] = 255 * drawn(rng, shape, 40, 30)
            save(Image.fromarray(pixels), folder / "logos" / shape / f"{k}.png")
    for name, (shape, count) in {
        "often": ("disc", 110),
        "rarely": ("bar", 30),
        "seldom": ("ring", 8),
    }.items():
        for k in range(count):
            save(picture(rng, shape).convert("L"), folder / "uneven" / name / f"{name}{k}_a.bmp")
    nested = folder / "nested ö"
    for kind, shape in {
        "Äpfel & Birnen": "disc",
        "カメラ": "bar",
    }.items():  # folders in folders, other letters
        for k in range(30):
            end = ("gif", "png", "webp")[k % 3]
            save(picture(rng, shape, 30, 36), nested / kind / f"Jahr {k % 4}" / "neu" / f"Ware № {k}.{end}")
    twin = (nested / "カメラ" / "Jahr 1" / "neu" / "Ware № 1.png").read_bytes()
    (nested / "Äpfel & Birnen" / "copy.png").write_bytes(twin)  # the same file in two categories
    (nested / "カメラ" / "again.png").write_bytes(twin)
    (nested / "カメラ" / "cut.jpg").write_bytes(jpeg(rng)[:-300])
    save(Image.new("RGB", (9, 9), "white"), nested / "カメラ" / "blank.png")
    save(Image.new("I;16", (9, 9), 3_000), nested / "カメラ" / "deep.png")
    save(picture(rng, "disc"), nested / "without category.png")
    (nested / "カメラ" / "Thumbs.db").write_bytes(b"0")
    for hidden in (".cache/1.png", "カメラ/._1.png"):
        (nested / hidden).parent.mkdir(exist_ok=True)
        (nested / hidden).write_bytes(b"0")
    for name in ("heads", "tails"):  # nothing to learn
        for k in range(50):
            noise = rng.integers(0, 256, (20, 20), dtype="uint8")
            save(Image.fromarray(noise), folder / "noise" / name / f"{name}{k}.png")

    def case(name: str, group: str | None, **more) -> dict[str, object]:
        return {"FOLDER": str(folder / name), "GROUP": group, "OUT": str(folder / f"{name} out"), **more}

    return {
        "colour": case("colour", r"^(\w+)-"),
        "logos": case("logos", None, SIZE=16),
        "uneven": case("uneven", r"^([a-z0-9]+)_", MIRROR=False),
        "nested": case("nested ö", None),
        "noise": case("noise", None, SIZE=16),
    }


def jpeg(rng) -> bytes:
    picture(rng, "bar", 60, 60).save(buffer := io.BytesIO(), format="jpeg")
    return buffer.getvalue()


def check(stdout: str) -> None:
    """Photos are read as what they are; shapes are learnt, noise is not; what is odd is named."""
    (kind,) = (kind for kind in EXPECTED if re.search(rf"(?m)^{re.escape(kind)} +\d+ +\d+ +\d+$", stdout))
    photos, products, lowest, highest, beats = EXPECTED[kind]
    assert f"{photos} photos of {products} products in" in stdout, stdout
    counts = np.array(re.findall(r"(?m)^.+? +(\d+) +(\d+) +(\d+)$", stdout), dtype=int)
    assert counts.sum() == photos and counts.min() > 0, stdout
    found = re.findall(rf"(?m)^test, (.+): accuracy {NUMBER} \(95 % interval {NUMBER} to {NUMBER}\)$", stdout)
    assert [name for name, *_ in found] == [*RIVALS, "CNN"], stdout
    for _, *values in found:
        middle, low, high = map(float, values)
        assert 0 <= low <= middle <= high <= 1 and high - low > 0.03, stdout
    assert lowest <= float(found[2][1]) <= highest, stdout
    line = rf"(?m)^The CNN (.+) the (.+) \(difference: 95 % interval {NUMBER} to {NUMBER}\)\.$"
    verdicts = {name: (verdict, float(low)) for verdict, name, low, _ in re.findall(line, stdout)}
    assert list(verdicts) == RIVALS, stdout
    for verdict, low in verdicts.values():
        assert verdict == "beats" if low > 0 else verdict == "does not clearly beat", stdout
    assert beats is None or (verdicts["constant"][0] == "beats") == beats, stdout
    odd = ("cannot be read", "of other kinds", "without category", "in several categories")
    assert [text in stdout for text in odd] == [kind == "Äpfel & Birnen"] * 4, stdout
    if kind == "Äpfel & Birnen":
        for text in ("3 photos that cannot", "'カメラ/cut.jpg'", "grey with 16 bits", "of one colour only"):
            assert text in stdout, stdout
        assert "in doubt, 1 photos" in stdout and "Äpfel & Birnen/copy.png, カメラ/Jahr 1" in stdout, stdout
        assert "1 files of other kinds" in stdout and "such as without category.png" in stdout, stdout
        assert "afterwards: all good" in stdout, stdout


def make_faults(folder: Path) -> dict[str, tuple[dict[str, object], str]]:
    """Folders that the starter must refuse: for each, its constants, and a piece of its message."""
    rng = np.random.default_rng(56)

    def fill(name: str, *kinds: str, count: int = 6, start: str = "p{k}_") -> None:
        for kind in kinds:
            for k in range(count):
                path = folder / name / kind / f"{start.format(k=k)}{kind}{k}.png"
                save(picture(rng, "disc", 8, 8), path)

    fill("good", "a", "b")
    fill("one", "a")
    fill("few", "a", "b")
    fill("few", "small", count=4)
    fill("hollow", "a", "b")
    (folder / "hollow" / "new").mkdir()
    fill("loose", "")
    fill("camera", "a", "b", start="IMG_")
    fill("products", "a")
    fill("products", "b", start="q{k}_")
    fill("products", "c", count=6, start="z_")
    fill("broken", "a", "b", count=9)
    for k in range(3):
        (folder / "broken" / "a" / f"bad{k}.jpg").write_bytes(jpeg(rng)[: 500 + k])
    (folder / "empty").mkdir()
    (folder / "other").mkdir()
    (folder / "other" / "photo.heic").write_bytes(b"0")
    (folder / "all bad" / "a").mkdir(parents=True)
    (folder / "all bad" / "a" / "x.png").write_bytes(b"no picture")
    (folder / "file.png").write_bytes(b"0")
    cases = {
        "absent": ("nothing here", {}, "There is no folder"),
        "file": ("file.png", {}, "There is no folder"),
        "empty": ("empty", {}, "holds no photo that can be read; the kinds are .bmp"),
        "other": ("other", {}, "holds no photo that can be read; the kinds are .bmp"),
        "all bad": ("all bad", {}, "holds no photo that can be read"),
        "one": ("one", {}, "has the sub-folders ['a']; it needs one for each of 2"),
        "loose": ("loose", {}, "has the sub-folders []"),
        "few": ("few", {}, "too few photos: {'small': 4}"),
        "hollow": ("hollow", {}, "too few photos: {'new': 0}"),
        "broken": ("broken", {}, "14% of the photos cannot be read, such as ['a/bad0.jpg', 'a/bad1.jpg'"),
        "camera": ("camera", {}, "GROUP finds one product only, 'IMG'"),
        "products": ("products", {}, "too few products: {'c': 1}"),
        "shared": ("good", {}, "too few products: {'b': 0}"),
        "no product": ("good", {"GROUP": r"^(\d+)-"}, "GROUP fits no name such as 'a/p0_a0.png'"),
        "brackets": ("good", {"GROUP": r"^\w+_"}, "GROUP must hold one pair of brackets"),
        "size": ("good", {"SIZE": 28}, "SIZE must be 16, 32, 48 …, not 28."),
    }
    base = {"OUT": str(folder / "out"), "GROUP": r"^([A-Za-z0-9]+)_"}
    return {
        case: (base | {"FOLDER": str(folder / name)} | more, message)
        for case, (name, more, message) in cases.items()
    }


# Appended to the starter: the saved file on new photos, what it refuses, and the files that it leaves.
AFTERWARDS = {
    "nested": """
listed = pd.read_csv(Path(OUT) / "test_photos.csv")
again = score(FOLDER, saved)  # no categories needed: all that can be read, the one without category too
assert len(again) == 63 and again["photo"].is_unique
both = listed.merge(again, on="photo")
assert len(both) == len(listed) and (both["predicted_x"] == both["predicted_y"]).all()
assert np.allclose(both["probability_x"], both["probability_y"], atol=1e-5)
assert (again["predicted"] != again["second"]).all() and again["probability"].between(0.49, 1).all()
assert set(listed["doubted"]) <= {"yes", "no"} and listed.loc[listed["in_two"], "doubted"].eq("yes").all()
assert listed["p_filed"][~listed["in_two"]].is_monotonic_increasing
different = listed["predicted"] != listed["filed"]
assert ((different | listed["in_two"]) == (listed["doubted"] == "yes")).all()
alike = pd.read_csv(Path(OUT) / "look_alikes.csv")
assert len(alike) == 5 * len(listed) and (alike["photo"] != alike["look_alike"]).all()
assert alike.groupby("photo")["similarity"].apply(lambda s: s.is_monotonic_decreasing).all()
assert alike["similarity"].between(-1.001, 1.001).all()
assert (Path(OUT) / "confusion.png").stat().st_size > 5_000
files = dict(zip(shots["photo"], who))
ends = ("copy.png", "again.png", "カメラ/Jahr 1/neu/Ware № 1.png")
twin = [n for name, n in files.items() if name.endswith(ends)]
assert len(twin) == 3 and len(set(twin)) == 1  # equal files are never on both sides
from PIL import Image
def seen(image, **more):
    image.save(buffer := io.BytesIO(), **more)
    return look(buffer.getvalue(), 32)
ramp = Image.fromarray(np.linspace(0, 200, 24 * 48).reshape(24, 48).astype("uint8"))
tag = Image.Exif()
for code, turn in {3: 3, 6: 4, 8: 2}.items():
    tag[274] = code
    upright = seen(ramp.transpose(turn), format="png")
    assert np.abs(seen(ramp, format="jpeg", exif=tag, quality=95) - upright).mean() < 3, code
assert (seen(ramp, format="png")[:8] == 255).all() and (seen(ramp, format="png")[8:24] < 210).all()
glass = np.zeros((32, 32, 4), "uint8")
glass[:16, :, 3] = 255
assert (seen(Image.fromarray(glass), format="png")[..., 0].mean(axis=1) == [0] * 16 + [255] * 16).all()
Path("no photos").mkdir(exist_ok=True)
for wrong in [("no photos", saved), ("nowhere", saved), (FOLDER, "nothing.keras")]:
    try:
        score(*wrong)
        raise SystemExit(f"{wrong} was not refused")
    except ValueError as error:
        print("refused:", error)
print("afterwards: all good")
"""
}
