"""What a training computes on and with."""

from __future__ import annotations

import platform
from typing import Dict, List, Optional

import torch


def devices(device: torch.device) -> List[str]:
    if device.type != "cuda":
        return [str(device)]
    distributed = torch.distributed.is_available() and torch.distributed.is_initialized()
    count = torch.distributed.get_world_size() if distributed else torch.cuda.device_count()
    return [
        f"cuda:{i} {torch.cuda.get_device_name(i)}"
        for i in range(min(count, torch.cuda.device_count()))
    ]


def versions() -> Dict[str, Optional[str]]:
    import numpy

    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda,
        "numpy": str(numpy.__version__),
    }
