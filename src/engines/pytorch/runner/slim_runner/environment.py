"""What a training computes on and with."""

from __future__ import annotations

import platform
from typing import Dict, List, Optional

import torch


def devices(device: torch.device) -> List[str]:
    if device.type != "cuda":
        return [described(device)]
    distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
    count = torch.distributed.get_world_size() if distributed else torch.cuda.device_count()
    return [
        described(torch.device("cuda", i)) for i in range(min(count, torch.cuda.device_count()))
    ]


def described(device: torch.device) -> str:
    """`cpu`, or `cuda:0` and the name of that GPU."""
    if device.type != "cuda":
        return str(device)
    index = torch.cuda.current_device() if device.index is None else device.index
    return f"cuda:{index} {torch.cuda.get_device_name(index)}"


def in_use() -> torch.device:
    """Where this process computes, without touching CUDA where it has not been touched."""
    return torch.device("cuda" if torch.cuda.is_initialized() else "cpu")


def versions() -> Dict[str, Optional[str]]:
    import numpy

    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda,
        "numpy": str(numpy.__version__),
    }
