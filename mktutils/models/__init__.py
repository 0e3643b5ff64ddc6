"""From raw rows to a saved network: encoding of tables, networks for them, and a pipeline that scores."""

from typing import TYPE_CHECKING

from mktutils.models.columns import Category, Number, Product
from mktutils.models.encoder import TableEncoder
from mktutils.models.pipeline import ScoringPipeline
from mktutils.models.tabular import tabular_mlp

if TYPE_CHECKING:
    from mktutils.models.layers import Periodic

__all__ = ["Category", "Number", "Periodic", "Product", "ScoringPipeline", "TableEncoder", "tabular_mlp"]


def __getattr__(name: str) -> object:
    """Import `Periodic` when it is first asked for: it is a Keras class, and Keras is slow to load."""
    if name == "Periodic":
        from mktutils.models.layers import Periodic

        return Periodic
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
