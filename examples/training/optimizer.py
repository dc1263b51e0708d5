"""Muon for the matrices of the layers, AdamW for what is left, as one optimizer.

A model from scratch has few minutes here. Muon (Keller Jordan, 2024: momentum made orthogonal by
Newton-Schulz steps; PyTorch's own implementation) needs fewer tokens than AdamW for the same
loss; its authors leave embeddings and norms to AdamW.
"""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.optim import AdamW, Muon, Optimizer

from examples.training.settings import TrainTerms


class MuonBesideAdam(Optimizer):  # type: ignore[misc] # torch is not typed here
    """Two optimizers that step together; schedules see the groups of both.

    Args:
        muon: of the matrices.
        adam: of the other parameters.
    """

    def __init__(self, muon: Muon, adam: AdamW) -> None:
        self._both: tuple[Optimizer, Optimizer] = (muon, adam)
        super().__init__([*muon.param_groups, *adam.param_groups], {})
        self._share_groups()

    def _share_groups(self) -> None:
        # The very dictionaries of the two, so that a rate set here is theirs.
        self.param_groups = [group for one in self._both for group in one.param_groups]

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Move all weights by their gradients."""
        loss = None if closure is None else closure()
        for one in self._both:
            one.step()
        return loss

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        return {str(place): one.state_dict() for place, one in enumerate(self._both)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        for place, one in enumerate(self._both):
            one.load_state_dict(state_dict[str(place)])
        self._share_groups()


def made_optimizer(model: nn.Module, terms: TrainTerms) -> MuonBesideAdam:
    """The optimizer for a model that is trained from scratch; one learning rate serves both."""
    matrices: list[Tensor] = []
    others: list[Tensor] = []
    for name, weight in model.named_parameters():
        (matrices if _is_matrix(name, weight) else others).append(weight)
    muon = Muon(
        matrices,
        lr=terms.learning_rate,
        weight_decay=terms.weight_decay,
        adjust_lr_fn="match_rms_adamw",
    )
    return MuonBesideAdam(
        muon,
        AdamW(
            others,
            lr=terms.learning_rate,
            betas=(0.9, terms.beta2),
            weight_decay=terms.weight_decay,
        ),
    )


def _is_matrix(name: str, weight: Tensor) -> bool:
    return weight.ndim == 2 and "embed" not in name and "lm_head" not in name
