"""What happens between epochs: recording, stopping early, or whatever a callback of your own does."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mktutils.scratch.network import Network


@dataclass
class History:
    """What `fit` recorded: one list per quantity, one number per epoch.

    >>> History({"loss": [0.7, 0.6]}).epochs
    2
    """

    history: dict[str, list[float]] = field(default_factory=dict)

    @property
    def epochs(self) -> int:
        """Number of epochs that ran."""
        return len(self.history.get("loss", []))


class Callback:
    """What `Network.fit` calls; a new one defines the methods it needs. `model` is the network.

    >>> class Print(Callback):
    ...     def on_epoch_end(self, epoch, logs):
    ...         print(epoch, sorted(logs))
    >>> Print().on_epoch_end(0, {"loss": 0.5})
    0 ['loss']
    """

    model: "Network"

    def on_train_begin(self) -> None:
        """Before the first epoch."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """After each epoch, counted from 0; `logs` holds loss, val_loss and learning_rate."""

    def on_train_end(self) -> None:
        """After the last epoch."""


class EarlyStopping(Callback):
    """Stop after `patience` epochs in a row in which `monitor` did not fall by more than `min_delta`.

    With `restore_best_weights` the network ends with the weights of the best epoch, otherwise with the last
    ones. Afterwards `best_epoch` and `stopped_epoch` (0: not stopped) are counted from 0, as in Keras.

    Raises ValueError for a negative patience, and in the first epoch if `monitor` is not recorded. Source:
    keras.io/api/callbacks/early_stopping.

    >>> EarlyStopping(patience=3, restore_best_weights=True).patience
    3
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 0,
        min_delta: float = 0.0,
        restore_best_weights: bool = False,
    ) -> None:
        """Keep the settings."""
        if not patience >= 0:
            raise ValueError(f"patience must be >= 0; got {patience!r}")
        self.monitor, self.patience, self.min_delta = monitor, patience, abs(min_delta)
        self.restore_best_weights = restore_best_weights
        self.on_train_begin()

    def on_train_begin(self) -> None:
        """Forget an earlier training."""
        self.best: float | None = None
        self.best_epoch = self.stopped_epoch = self.wait = 0
        self.best_weights: list[np.ndarray] | None = None

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Count the epochs without improvement."""
        if self.monitor not in logs:
            remedy = ": pass validation_data to fit" if self.monitor.startswith("val_") else ""
            raise ValueError(f"EarlyStopping watches {self.monitor!r}; recorded: {sorted(logs)}{remedy}")
        self.wait += 1
        if self.best is None or logs[self.monitor] + self.min_delta < self.best:
            self.best, self.best_epoch, self.wait = logs[self.monitor], epoch, 0
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self) -> None:
        """Go back to the best weights, if asked to."""
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)
