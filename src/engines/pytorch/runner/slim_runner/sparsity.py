"""The sparsity penalty on BN gammas (Liu et al., ICCV 2017), applied once per optimizer step.

Both forms move a gamma that nothing else holds by lr * sr / (1 - momentum) a step, towards zero.

l1: the paper's subgradient. sr * sign(gamma) is added to gamma's gradient immediately before the optimizer's
own step, hence after the scaler has divided the loss scale out and after clipping: neither scales it, and a
step that the scaler skips adds nothing. The optimizer's momentum turns sr into sr / (1 - momentum).

prox: the proximal step. After the optimizer's own step each gamma is moved towards zero by
lr * sr / (1 - momentum), and stops there: gamma - clamp(gamma, -amount, amount), which is exactly zero for
those within reach. lr and momentum are the param group's own at that step, so warm-up is honoured.

With Adam and AdamW beta1 takes the place of momentum in prox: the step stays decoupled from Adam's
normalisation, as AdamW's weight decay is, and so means the same as with SGD. The subgradient of l1 does go
through that normalisation, as in every published script; there a gamma moves by up to lr a step whatever sr is.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, Optional, Sequence, Tuple

import torch


def group_momentum(group: Dict[str, Any]) -> float:
    """Momentum of an SGD or RMSprop group, beta1 of an Adam one."""
    if "momentum" in group:
        return float(group["momentum"])
    if "betas" in group:
        return float(group["betas"][0])
    return 0.0


class Penalty:
    """Adds the penalty for `gammas` to the steps of `optimizer`; strength `sr` is set once an epoch.

    With `hold` (prox only) the penalty ends once that share of the gammas is zero: from then on those stay at
    zero and the others are free, so that the rest of the training recovers what the shrinking cost.
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        gammas: Sequence[torch.nn.Parameter],
        reg: str,
        hold: Optional[float] = None,
    ) -> None:
        self.optimizer = optimizer
        self.reg = reg
        self.sr = 0.0
        self.steps = 0
        self._hold = hold
        self._held: Optional[List[Tuple[torch.nn.Parameter, torch.Tensor]]] = None
        # Sum of what prox subtracted from a gamma that did not reach zero: the budget B so far.
        self.budget = 0.0
        wanted = {id(gamma) for gamma in gammas}
        self._groups: List[Tuple[Dict[str, Any], List[torch.nn.Parameter]]] = []
        for group in optimizer.param_groups:
            members = [p for p in group["params"] if id(p) in wanted and p.requires_grad]
            if members:
                self._groups.append((group, members))
        self.count = sum(len(members) for _, members in self._groups)
        if reg == "prox":
            # In a run that goes on they may be zero already: the first step would move them.
            with torch.no_grad():
                self._hold_when_reached([0.0] * len(self._groups))

    @property
    def group(self) -> Optional[Dict[str, Any]]:
        return self._groups[0][0] if self._groups else None

    def before_step(self) -> None:
        self.steps += 1
        if self.reg != "l1" or self.sr == 0.0:
            return
        with torch.no_grad():
            for _, members in self._groups:
                live = [p for p in members if p.grad is not None]
                if live:
                    flat = torch.cat([p.detach() for p in live]).sign_()
                    _add(_gradients(live), flat, self.sr)

    @property
    def strength(self) -> float:
        """What is in force: 0 once the zeros are held."""
        return 0.0 if self._held is not None else self.sr

    def after_step(self) -> None:
        if self.reg != "prox" or self.sr == 0.0:
            return
        with torch.no_grad():
            if self._held is not None:
                for gamma, zeros in self._held:
                    gamma.masked_fill_(zeros, 0.0)
                return
            self._shrink()

    def _shrink(self) -> None:
        amounts = [
            float(group["lr"]) * self.sr / (1.0 - group_momentum(group))
            for group, _ in self._groups
        ]
        self.budget += amounts[0] if amounts else 0.0
        if self._hold_when_reached(amounts):
            return
        for (_, members), amount in zip(self._groups, amounts):
            if amount > 0.0:
                flat = torch.cat([p.detach() for p in members]).clamp_(-amount, amount)
                _add([p.detach() for p in members], flat, -1.0)

    def _hold_when_reached(self, amounts: Sequence[float]) -> bool:
        """Where this step would bring the wanted share to zero, zeroes just that share, the smallest, and holds it.

        Gammas fall side by side: one step more may take most of the others along.
        """
        gammas = [p for _, members in self._groups for p in members]
        if self._hold is None or not gammas:
            return False
        sizes = torch.cat([p.detach().abs() for p in gammas])
        reach = torch.cat(
            [
                torch.full_like(p, amount)
                for (_, members), amount in zip(self._groups, amounts)
                for p in members
            ]
        )
        wanted = math.ceil(self._hold * sizes.numel())
        if wanted == 0 or int((sizes <= reach).sum()) < wanted:
            return False
        largest = sizes.sort()[0][wanted - 1]
        self._held = [(p, p.detach().abs() <= largest) for p in gammas]
        for gamma, zeros in self._held:
            gamma.masked_fill_(zeros, 0.0)
        print(
            f"slim: {self._hold:.0%} of the gammas are zero at step {self.steps}: held from here",
            flush=True,
        )
        return True


def _gradients(parameters: Sequence[torch.nn.Parameter]) -> List[torch.Tensor]:
    return [p.grad for p in parameters if p.grad is not None]


def _add(targets: Sequence[torch.Tensor], flat: torch.Tensor, alpha: float) -> None:
    """targets[i] += alpha * its slice of `flat`: three kernels for all layers instead of three for each."""
    slices = flat.split([target.numel() for target in targets])
    torch._foreach_add_(list(targets), list(slices), alpha=alpha)


class AverageZeros:
    """Zeroes the moving average of the gammas that training has switched off.

    The checkpoint that is evaluated, kept and pruned is the moving average (EMA, decay up to 0.9999). It
    approaches zero only geometrically, so a channel that is exactly zero in the live model would look alive in
    it for thousands of steps. A gamma that is zero at the ends of two epochs running, or at the end of the
    last, is zeroed in the average too. Not at its first zero, since the rest of the average still leans on
    the channel then and some gammas come back. It is done after the epoch's last step and before validation,
    so the mAP that is reported and decides on best.pt is that of the zeroed average.
    """

    def __init__(self, average: Sequence[torch.Tensor], live: Sequence[torch.Tensor]) -> None:
        self._average = list(average)
        self._live = list(live)
        self._before: List[torch.Tensor] = []

    def epoch_end(self, last: bool) -> None:
        with torch.no_grad():
            zero = [value.detach() == 0 for value in self._live]
            if last or self._before:
                settled = zero if last else [a & b for a, b in zip(zero, self._before)]
                for mean, mask in zip(self._average, settled):
                    mean.masked_fill_(mask.to(mean.device), 0.0)
            self._before = zero
