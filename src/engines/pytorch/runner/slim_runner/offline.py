"""Nothing is downloaded, installed or asked of a server: training starts with what is there."""

from __future__ import annotations

import functools
import importlib
import os
import re
import sys
from pathlib import Path
from typing import Any, Callable, List

from .checkout import Checkout
from .failures import Failure
from .texts import t


def quiet_environment() -> None:
    """Switches that YOLOv5 and its optional packages read when they are imported."""
    os.environ["YOLOv5_AUTOINSTALL"] = "false"
    # The package ultralytics, of which later checkouts import a good part, installs and asks servers by itself, too.
    os.environ["YOLO_AUTOINSTALL"] = "false"
    os.environ.setdefault("YOLO_OFFLINE", "true")
    os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    os.environ.setdefault("MPLBACKEND", "Agg")


def require_ultralytics(root: Path) -> None:
    """Later checkouts call pip where the package ultralytics does not import; its error is raised before they can."""
    general = root / "utils" / "general.py"
    if not general.is_file():
        return
    source = general.read_text(encoding="utf-8", errors="replace")
    if not re.search(r"^\s*import ultralytics\b", source, re.MULTILINE):
        return
    package = importlib.import_module("ultralytics")
    if not hasattr(package, "__version__"):
        raise ModuleNotFoundError(
            "ultralytics is a folder here, not the package", name="ultralytics"
        )


def block_unconfigured_loggers() -> List[str]:
    """Weights & Biases, ClearML and Comet, where installed, ask for a login and wait. One that the user has not
    set up is made unimportable, which every release takes for not installed. Returns their names."""
    home = Path.home()
    configured = {
        "wandb": any(name in os.environ for name in ("WANDB_API_KEY", "WANDB_MODE"))
        or any("wandb" in file.read_text(errors="replace") for file in _netrc_files(home)),
        "clearml": any(name.startswith("CLEARML_") for name in os.environ)
        or (home / "clearml.conf").is_file(),
        "comet_ml": any(name.startswith("COMET_") for name in os.environ)
        or (home / ".comet.config").is_file(),
    }
    blocked = [name for name, known in configured.items() if not known]
    modules: Any = sys.modules
    for name in blocked:
        modules[name] = None
    return blocked


def _netrc_files(home: Path) -> List[Path]:
    """Where Weights & Biases keeps a login: the file that NETRC names, else ~/.netrc, on Windows ~/_netrc."""
    named = os.environ.get("NETRC")
    places = [Path(named).expanduser()] if named else [home / ".netrc", home / "_netrc"]
    return [file for file in places if file.is_file()]


def keep_offline(checkout: Checkout) -> None:
    """Takes the network and pip out of the checkout's helpers; must run before the script imports them."""
    checkout.load("utils.general")
    checkout.load("utils.google_utils", "utils.downloads")
    patch_imported(checkout)


def patch_imported(checkout: Checkout) -> None:
    """The same for modules that were imported since; what is patched already is left."""
    checkout.replace("check_requirements", _nothing)
    checkout.replace("check_git_status", _nothing)
    checkout.replace("check_git_info", _commit_if_known)
    checkout.replace("check_online", _false)
    checkout.replace("check_dataset", _existing_data)
    checkout.replace("attempt_download", _existing_weights)
    for module in checkout.modules():
        # v6.0 has a check_font of another meaning in utils/plots.py; it finds the stand-in font.
        if module.__name__.endswith("general"):
            fonts = vars(module).get("check_font")
            if fonts is not None and not getattr(fonts, "_slim", False):
                checkout.replace("check_font", _nothing)


def _nothing(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def skipped(*args: Any, **kwargs: Any) -> None:
        return None

    return skipped


def _false(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def offline(*args: Any, **kwargs: Any) -> bool:
        return False

    return offline


def _commit_if_known(original: Callable[..., Any]) -> Callable[..., Any]:
    """v7.0 and later note in checkpoints which commit they are, when train.py is imported. Without gitpython, in a
    repository without a remote called origin, or without a commit, that would be the end of the training."""

    @functools.wraps(original)
    def commit(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except Exception:
            return {"remote": None, "branch": None, "commit": None}

    return commit


def _existing_weights(original: Callable[..., Any]) -> Callable[..., Any]:
    """Stock takes apostrophes out of the path, and v5.0 capitals; the name of a folder may have them."""

    @functools.wraps(original)
    def existing(file: Any, *args: Any, **kwargs: Any) -> str:
        given = str(file)
        for path in (given, given.strip().replace("'", "")):
            if Path(path).exists():
                return path
        raise Failure(
            "weights/missing",
            t("The weights {0} do not exist.", given),
            t("Correct --weights, or download the file first: nothing is downloaded during a run."),
        )

    return existing


def _existing_data(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def checked(data: Any, *args: Any, **kwargs: Any) -> Any:
        source = data if isinstance(data, (str, Path)) else "the data yaml"
        if isinstance(data, (str, Path)) and not Path(data).exists():
            raise Failure(
                "data/missing",
                t("The data yaml {0} does not exist.", data),
                t("Correct --data."),
            )
        given = data
        if isinstance(data, dict) and data.get("download"):
            # v5.0 passes a dict and would run its `download:` entry; it only checks the paths.
            given = {key: value for key, value in data.items() if key != "download"}
        if "autodownload" in _parameters(original):
            kwargs["autodownload"] = False
            args = ()
        try:
            result = original(given, *args, **kwargs)
        except Failure:
            raise
        except Exception as error:
            if "Dataset not found" not in str(error):
                raise
            raise Failure(
                "data/missing",
                t(
                    "The data set of {0} is not there: {1}.",
                    *(source, _missing_paths(data) or t("its paths do not exist")),
                ),
                t(
                    "Correct train: and val: of the data yaml, or fetch the data first: nothing is downloaded in a run."
                ),
            ) from error
        return result

    return checked


def _parameters(function: Callable[..., Any]) -> List[str]:
    import inspect

    return list(inspect.signature(function).parameters)


def _missing_paths(data: Any) -> str:
    import yaml

    if isinstance(data, (str, Path)):
        data = yaml.safe_load(Path(data).read_text(errors="ignore"))
    if not isinstance(data, dict):
        return ""
    root = Path(str(data.get("path") or ""))
    paths = []
    for key in ("train", "val"):
        value = data.get(key)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and not Path(item).exists() and not (root / item).exists():
                paths.append(f"{key}: {root / item}")
    return ", ".join(paths)
