"""Writing tables so that the same content is the same bytes on every machine."""

import gzip
import hashlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd


def table_bytes(content: pd.DataFrame | dict[str, np.ndarray], name: str) -> bytes:
    r"""Return the bytes of a file by its suffix: .csv, .csv.gz (frames) or .npz (dict of arrays).

    Floats must be rounded before: they are written with the fewest digits that give them back.

    >>> table_bytes(pd.DataFrame({"a": [1, 2], "b": [0.5, None]}), "t.csv")
    b'a,b\n1,0.5\n2,\n'
    """
    if name.endswith(".npz"):
        return _npz_bytes(content)
    if not name.endswith((".csv", ".csv.gz")):
        raise ValueError(f"name must end in .csv, .csv.gz or .npz; got {name!r}")
    text = content.to_csv(index=False, lineterminator="\n").encode()
    if not name.endswith(".gz"):
        return text
    packed = bytearray(gzip.compress(text, 9, mtime=0))
    packed[9] = 3  # the header's system: 3 or 255, according to the version of Python
    return bytes(packed)


def _npz_bytes(arrays: dict[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in arrays.items():
            member = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            archive.writestr(member, part.getvalue())
    return buffer.getvalue()


def content_digest(data: bytes, name: str) -> str:
    """Return the SHA-256 of a file's content before compression, the same for every version of zlib.

    >>> frame = pd.DataFrame({"a": [1]})
    >>> content_digest(table_bytes(frame, "t.csv"), "t.csv")[:12]
    '309b0e45a73d'
    >>> content_digest(table_bytes(frame, "t.csv.gz"), "t.csv.gz")[:12]
    '309b0e45a73d'
    """
    if name.endswith(".gz"):
        data = gzip.decompress(data)
    elif name.endswith(".npz"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"".join(member.encode() + archive.read(member) for member in sorted(archive.namelist()))
    return hashlib.sha256(data).hexdigest()


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file in one step: a reader, or a crash, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
