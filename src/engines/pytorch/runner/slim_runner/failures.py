"""How a run can end badly, each way with a stable code, one sentence of what is wrong and one of what to do."""

from __future__ import annotations

import errno
import re
import shutil
import traceback
from pathlib import Path
from typing import Iterator, Optional

from .texts import t


def plain(text: str) -> str:
    """`text` without the colours that YOLOv5 and torch give their messages: it is shown outside terminals too."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class Failure(Exception):
    def __init__(self, code: str, text: str, remedy: str) -> None:
        self.code = code
        self.text = plain(text)
        self.remedy = remedy
        super().__init__(self.text)


class Stopped(BaseException):
    """Asked to stop. Not an Exception, so that no `except Exception` of the checkout swallows it."""


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen = set()
    current: Optional[BaseException] = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def is_disk_full(error: BaseException, folder: Path) -> bool:
    """torch reports a full disk as a RuntimeError of its writer, so ask the disk as well."""
    for link in _chain(error):
        if isinstance(link, OSError) and link.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
    writer = any(
        isinstance(link, RuntimeError)
        and re.search(r"PytorchStreamWriter|inline_container", str(link))
        for link in _chain(error)
    )
    if not writer:
        return False
    try:
        return shutil.disk_usage(str(folder)).free < 64 * 1024 * 1024
    except OSError:
        return False


def disk_full(folder: Path) -> Failure:
    return Failure(
        "disk/full",
        t("The disk that holds {0} is full.", folder),
        t("Free some space and continue with --resume; the last complete checkpoint was kept."),
    )


def classify(error: BaseException, run_dir: Path) -> Failure:
    """The Failure that says what `error` means to the user."""
    for link in _chain(error):
        if isinstance(link, Failure):
            return link
    if is_disk_full(error, run_dir):
        return disk_full(run_dir)
    text = " ".join(str(error).split())
    name = type(error).__name__
    if name == "OutOfMemoryError" or (isinstance(error, RuntimeError) and "out of memory" in text):
        return Failure(
            "cuda/out-of-memory",
            t("The GPU ran out of memory: {0}.", text.split(". ")[0]),
            t("Use a smaller --batch-size or image size, or free the GPU of other processes."),
        )
    if re.search(r"insufficient CUDA devices|Invalid CUDA '--device", text):
        return Failure(
            "cuda/too-few",
            t("This run asks for more GPUs than there are: {0}", text),
            t(
                "Name the GPUs that there are with --device, and start one process for each; YOLOv5 trains on "
                "several processes with GPUs only."
            ),
        )
    if re.search(r"DataLoader worker .*(killed|exited unexpectedly)", text):
        return Failure(
            "train/worker-killed",
            t("A data loader worker was killed: {0}", text),
            t("Use fewer --workers; it usually means that memory or shared memory ran out."),
        )
    if re.search(
        r"names found for nc=|Label class .* exceeds nc=|trained on different --data", text
    ):
        return Failure(
            "data/class-mismatch",
            text,
            t(
                "Make nc and names of the data yaml, the class numbers of the labels, and the weights agree."
            ),
        )
    if re.search(
        r"Dataset not found|does not exist|No images found|No such file or directory.*(images|labels)",
        text,
    ):
        return Failure(
            "data/missing", text, t("Correct the paths in the data yaml given with --data.")
        )
    if re.search(r"[Nn]o labels (found )?in|Can not train without labels|All labels empty", text):
        return Failure(
            "data/no-labels",
            text,
            t(
                "Labels are text files beside the images, in a folder named labels instead of images."
            ),
        )
    if "nothing to resume" in text:
        return Failure(
            "resume/finished",
            text,
            t("The run is complete: start a new one from its weights instead of --resume."),
        )
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.split(".")[0]
        return Failure(
            "python/missing-package",
            t("This YOLOv5 release needs the Python package {0}, which is not installed.", package),
            t("`yolov5-slim doctor` prints the command that installs what is missing."),
        )
    last = traceback.extract_tb(error.__traceback__)[-1:] if error.__traceback__ else []
    where = t(" ({0}, line {1})", Path(last[0].filename).name, last[0].lineno) if last else ""
    return Failure(
        "train/failed",
        f"{name}: {text or t('no message')}{where}",
        t("The traceback is in the run's log."),
    )
