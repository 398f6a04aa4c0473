"""Remedies for what breaks old YOLOv5 releases on today's Python packages.

One function a problem. Each returns True when it was needed and did something; it changes this process only.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import pickle
import re
import sys
import types
import warnings
from typing import Any, Callable, List, Tuple

from .checkout import Checkout


def _missing(module: str) -> bool:
    if module in sys.modules:
        return sys.modules[module] is None
    try:
        return importlib.util.find_spec(module) is None
    except (ImportError, ValueError):
        return True


def numpy_aliases(checkout: Checkout) -> bool:
    """numpy 1.24 removed np.int, np.float, np.bool, np.object, np.str and np.complex (v5.0 to v6.2 use some)."""
    import numpy as np

    done = False
    for name, kind in (
        ("int", int),
        ("float", float),
        ("bool", bool),
        ("object", object),
        ("str", str),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            present = hasattr(np, name)
        if not present and re.search(rf"\bnp\.{name}\b", checkout.text):
            setattr(np, name, kind)
            done = True
    return done


def numpy_trapz(checkout: Checkout) -> bool:
    """numpy 2.4 removed np.trapz in favour of np.trapezoid (utils/metrics.py, v5.0 to v7.0)."""
    import numpy as np

    if hasattr(np, "trapz") or "np.trapz" not in checkout.text:
        return False
    setattr(np, "trapz", getattr(np, "trapezoid"))
    return True


def clamp_integer_by_float(checkout: Checkout) -> bool:
    """clamp_ of an integer tensor by a float tensor is an error since torch 1.10 (build_targets of utils/loss.py
    clamps grid indices by a float gain, v5.0 to v6.1)."""
    import torch

    if not re.search(r"\.clamp_\(0, gain\[", checkout.text):
        return False
    try:
        torch.zeros(1, dtype=torch.long).clamp_(0, torch.ones(()))
        return False
    except RuntimeError:
        pass
    clamp_: Any = torch.Tensor.clamp_

    def as_integer(tensor: Any, bound: Any) -> Any:
        if (
            isinstance(bound, torch.Tensor)
            and bound.is_floating_point()
            and not tensor.is_floating_point()
        ):
            return bound.to(tensor.dtype)
        return bound

    @functools.wraps(clamp_)
    def clamped(self: Any, *bounds: Any, **named: Any) -> Any:
        return clamp_(
            self,
            *(as_integer(self, bound) for bound in bounds),
            **{key: as_integer(self, bound) for key, bound in named.items()},
        )

    setattr(torch.Tensor, "clamp_", clamped)
    return True


def torch_load_whole_pickles(checkout: Checkout) -> bool:
    """torch 2.6 made torch.load refuse whole models by default: v5.0 fails at the label cache, v6.0 and later in
    strip_optimizer, after the whole training. These are the user's own files."""
    import torch

    load: Any = torch.load
    parameters = inspect.signature(load).parameters
    if "weights_only" not in parameters or parameters["weights_only"].default is False:
        return False

    @functools.wraps(load)
    def loaded(*args: Any, **kwargs: Any) -> Any:
        if kwargs.get("weights_only") is None:
            kwargs["weights_only"] = False
        return load(*args, **kwargs)

    torch.load = loaded
    return True


def foreign_label_cache(checkout: Checkout) -> bool:
    """v5.0 stops at a label cache that v6.0 or later left beside the same data set (they write numpy's format);
    those rewrite what they cannot read, and so does v5.0 when it is told that the hash is another."""
    if not re.search(r"=\s*torch\.load\(cache_path\)", checkout.text):
        return False
    import torch

    load: Any = torch.load

    @functools.wraps(load)
    def loaded(f: Any, *args: Any, **kwargs: Any) -> Any:
        if not str(f).endswith(".cache"):
            return load(f, *args, **kwargs)
        try:
            cache = load(f, *args, **kwargs)
        except (
            pickle.UnpicklingError,
            EOFError,
            RuntimeError,
            ValueError,
            KeyError,
            IndexError,
            TypeError,
        ):
            cache = None
        return cache if isinstance(cache, dict) and "hash" in cache else {"hash": None}

    torch.load = loaded
    return True


def pkg_resources_stub(checkout: Checkout) -> bool:
    """setuptools 82 dropped pkg_resources, which v6.0 to v7.0 import at the top of utils/general.py."""
    if "pkg_resources" not in checkout.text or not _missing("pkg_resources"):
        return False
    from packaging.requirements import Requirement
    from packaging.version import Version

    stub = types.ModuleType("pkg_resources")

    class ParsedRequirement(Requirement):  # type: ignore[misc]
        @property
        def project_name(self) -> str:
            return str(self.name)

    def parse_requirements(lines: Any) -> List[ParsedRequirement]:
        given = lines.splitlines() if isinstance(lines, str) else list(lines)
        plain = [line.split("#")[0].strip() for line in given]
        return [ParsedRequirement(line) for line in plain if line and not line.startswith("-")]

    def require(*requirements: Any) -> List[Any]:
        from importlib import metadata

        for requirement in requirements:
            metadata.version(Requirement(str(requirement)).name)
        return []

    vars(stub).update(
        parse_version=Version,
        parse_requirements=parse_requirements,
        require=require,
        DistributionNotFound=ImportError,
        VersionConflict=ImportError,
    )
    sys.modules["pkg_resources"] = stub
    return True


def quiet_pkg_resources(checkout: Checkout) -> bool:
    """setuptools before 82 warns at every import of pkg_resources."""
    warnings.filterwarnings("ignore", message=r".*pkg_resources is deprecated.*")
    return False


def pillow_getsize(checkout: Checkout) -> bool:
    """Pillow 10 removed ImageFont.getsize, which draws the labels on plots (v5.0 to v7.0)."""
    if ".getsize(" not in checkout.text:
        return False
    from PIL import ImageFont

    def getsize(self: Any, text: str, *args: Any, **kwargs: Any) -> Tuple[int, int]:
        left, _, right, bottom = self.getbbox(text)
        return int(right - left), int(bottom)

    done = False
    for name in ("FreeTypeFont", "ImageFont", "TransposedFont"):
        kind = getattr(ImageFont, name, None)
        if kind is not None and not hasattr(kind, "getsize"):
            kind.getsize = getsize
            done = True
    return done


def font_fallback(checkout: Checkout) -> bool:
    """v6.0 to v7.0 download Arial.ttf before training starts. matplotlib, which YOLOv5 needs anyway, brings
    DejaVu Sans: it stands in wherever Arial is not installed, so that nothing waits for the network."""
    if "Arial" not in checkout.text:
        return False
    from PIL import ImageFont

    truetype = ImageFont.truetype
    try:
        truetype("Arial.ttf", 10)
        return False
    except OSError:
        pass

    @functools.wraps(truetype)
    def with_fallback(font: Any = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return truetype(font, *args, **kwargs)
        except OSError:
            if "Arial" not in str(font):
                raise
            import matplotlib

            sans = matplotlib.get_data_path() + "/fonts/ttf/DejaVuSans.ttf"
            return truetype(sans, *args, **kwargs)

    ImageFont.truetype = with_fallback
    return True


def tensorboard_stub(checkout: Checkout) -> bool:
    """v5.0 to v7.0 import torch.utils.tensorboard, which raises where tensorboard is not installed."""
    if "torch.utils.tensorboard" not in checkout.text or not _missing("tensorboard"):
        return False

    class SummaryWriter:
        """Takes what is logged and keeps nothing; the run's event log has it."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            pass

        def __getattr__(self, name: str) -> Callable[..., None]:
            if name.startswith("__"):
                raise AttributeError(name)
            return lambda *args, **kwargs: None

    stub = types.ModuleType("torch.utils.tensorboard")
    setattr(stub, "SummaryWriter", SummaryWriter)
    sys.modules["torch.utils.tensorboard"] = stub
    return True


def tensorboard_histogram(checkout: Checkout) -> bool:
    """add_histogram of torch 1.13 uses np.float types that numpy 1.24 removed (v5.0 logs label classes with it).
    A histogram that cannot be written is left out."""
    if "add_histogram" not in checkout.text or _missing("tensorboard"):
        return False
    import numpy as np
    import torch

    if tuple(int(part) for part in np.__version__.split(".")[:2]) < (1, 24):
        return False
    if int(torch.__version__.split(".")[0]) >= 2:
        return False
    from torch.utils.tensorboard import SummaryWriter

    writer: Any = SummaryWriter
    add_histogram = writer.add_histogram

    @functools.wraps(add_histogram)
    def added(*args: Any, **kwargs: Any) -> None:
        try:
            add_histogram(*args, **kwargs)
        except (AttributeError, TypeError, ValueError):
            pass

    writer.add_histogram = added
    return True


def ipython_stub(checkout: Checkout) -> bool:
    """v7.0 imports IPython at the top of models/common.py, for notebooks only."""
    if "IPython" not in checkout.text or not _missing("IPython"):
        return False
    package, display = types.ModuleType("IPython"), types.ModuleType("IPython.display")
    setattr(display, "display", lambda *args, **kwargs: None)
    setattr(display, "clear_output", lambda *args, **kwargs: None)
    setattr(package, "display", display)
    setattr(package, "get_ipython", lambda: None)
    # matplotlib looks at the version of any IPython it finds loaded.
    setattr(package, "version_info", (9, 0, 0))
    setattr(package, "__version__", "9.0.0")
    package.__path__ = []
    sys.modules["IPython"], sys.modules["IPython.display"] = package, display
    return True


def upsample_attribute(checkout: Checkout) -> bool:
    """torch 1.11 gave nn.Upsample the attribute recompute_scale_factor; pickles from before lack it."""
    import torch

    kind: Any = torch.nn.Upsample
    if "recompute_scale_factor" not in inspect.getsource(kind.forward) or hasattr(
        kind, "recompute_scale_factor"
    ):
        return False
    kind.recompute_scale_factor = None
    return True


def quiet_amp(checkout: Checkout) -> bool:
    """torch 2.4 deprecated torch.cuda.amp.GradScaler and autocast, which every release calls each batch."""
    import torch

    if tuple(int(part) for part in torch.__version__.split(".")[:2]) < (2, 4):
        return False
    warnings.filterwarnings("ignore", message=r".*torch\.cuda\.amp\.", category=FutureWarning)
    return True


def onnx_without_dynamo(checkout: Checkout) -> bool:
    """torch 2.9 exports through onnxscript by default; v6.0 to v7.0 want the exporter they were written for."""
    if checkout.script.name != "export.py":
        return False
    import torch
    import torch.onnx

    export: Any = torch.onnx.export
    if inspect.signature(export).parameters.get("dynamo") is None:
        return False

    @functools.wraps(export)
    def exported(*args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("dynamo", False)
        return export(*args, **kwargs)

    torch.onnx.export = exported
    return True


SHIMS: Tuple[Tuple[str, Callable[[Checkout], bool]], ...] = (
    ("numpy-aliases", numpy_aliases),
    ("numpy-trapz", numpy_trapz),
    ("clamp-integer", clamp_integer_by_float),
    ("torch-load-whole", torch_load_whole_pickles),
    ("foreign-label-cache", foreign_label_cache),
    ("pkg-resources-stub", pkg_resources_stub),
    ("pkg-resources-quiet", quiet_pkg_resources),
    ("pillow-getsize", pillow_getsize),
    ("font-fallback", font_fallback),
    ("tensorboard-stub", tensorboard_stub),
    ("tensorboard-histogram", tensorboard_histogram),
    ("ipython-stub", ipython_stub),
    ("upsample-attribute", upsample_attribute),
    ("amp-quiet", quiet_amp),
    ("onnx-no-dynamo", onnx_without_dynamo),
)


def apply_shims(checkout: Checkout) -> List[str]:
    """Applies what this checkout needs with these packages; returns the names of those that did something."""
    return [name for name, shim in SHIMS if shim(checkout)]
