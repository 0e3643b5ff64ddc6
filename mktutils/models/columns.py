"""What a column of a raw table is: a number, a category, a product of two numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Number:
    """A column of numbers; text such as "€1.234,50" or "12 min" is read by `parse_number`.

    `missing`: numbers that mean "no value", such as (-1, 999). Units are read over, not compared: "2 h" in a
    table to score is 2, even where training had minutes.

    >>> Number(missing=(-1, 999))
    Number(missing=(-1.0, 999.0))
    """

    missing: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Keep the codes as a tuple of floats."""
        try:
            object.__setattr__(self, "missing", tuple(float(code) for code in self.missing))
        except (TypeError, ValueError):
            raise ValueError(
                f"missing must be a tuple of numbers, such as (-1, 999) or (999,); got {self.missing!r}"
            ) from None


@dataclass(frozen=True)
class Category:
    """A column of labels; `normalise_text` makes spellings equal (case, blanks, then `synonyms`).

    >>> Category(synonyms={"mail": "e-mail"})
    Category(synonyms={'mail': 'e-mail'})
    """

    synonyms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Product:
    """A column of our own: the product of two number columns, missing where one of them is.

    Both must be named as `Number()` in the same encoder; their codes for "no value" count here too.

    >>> Product("days_since_last_order", "orders_365d")
    Product(left='days_since_last_order', right='orders_365d')
    """

    left: str
    right: str
