"""The user's checkout: its source as text, its modules, and its script run in two halves."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Callable, Dict, List, Optional, Tuple

from .config import Config

LARGEST_SOURCE = 1024 * 1024


class Checkout:
    """Imports from the checkout, without a version in sight: what is asked for is probed."""

    def __init__(self, config: Config) -> None:
        self.root = config.checkout
        # A packaged checkout imports itself as `yolov5.…`, so its parent goes on the path.
        inside = config.packaged and (config.checkout / "models").is_dir()
        self.search = config.checkout.parent if inside else config.checkout
        self.prefix = (
            (config.checkout.name if inside else "yolov5") + "." if config.packaged else ""
        )
        self.script = config.script
        self.namespaces: List[Dict[str, Any]] = []
        self._text: Optional[str] = None

    def enter(self) -> None:
        sys.path.insert(0, str(self.search))

    @property
    def text(self) -> str:
        """Source of the modules that training and validation import."""
        if self._text is None:
            folder = self.script.parent
            files = [folder / name for name in ("train.py", "val.py", "test.py")]
            for name in ("models", "utils"):
                files += sorted((folder / name).rglob("*.py"))
            self._text = "\n".join(
                file.read_text(encoding="utf-8", errors="replace")
                for file in files
                if file.is_file() and file.stat().st_size <= LARGEST_SOURCE
            )
        return self._text

    def load(self, *names: str) -> Optional[ModuleType]:
        """The first of these modules that the checkout has."""
        for name in names:
            if (self.script.parent / (name.replace(".", "/") + ".py")).is_file():
                return importlib.import_module(self.prefix + name)
        return None

    def modules(self) -> List[ModuleType]:
        """Modules imported so far that lie in the checkout."""
        root = str(self.search)
        found = []
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(module, ModuleType) and isinstance(file, str) and file.startswith(root):
                found.append(module)
        return found

    def replace(self, name: str, make: Callable[[Any], Any]) -> int:
        """Puts make(original) in place of the function `name` in every module of the checkout that holds it,
        and in the script, under whatever way it was imported. Returns how many places."""
        made: Dict[int, Any] = {}
        places = 0
        for names in [*map(vars, self.modules()), *self.namespaces]:
            original = names.get(name)
            if original is None or getattr(original, "_slim", False) or not callable(original):
                continue
            if id(original) not in made:
                replacement = make(original)
                replacement._slim = True
                made[id(original)] = replacement
            names[name] = made[id(original)]
            places += 1
        return places


class Script:
    """train.py, val.py or test.py as `__main__`, with a pause between its definitions and its main block.

    The pause is where hooks go into the script's own namespace: every release imports what it uses by name,
    and v5.0 has no main() to call.
    """

    def __init__(self, file: Path, prefix: str) -> None:
        self.file = file
        self.namespace: Dict[str, Any] = {
            "__name__": "__main__",
            "__file__": str(file),
            "__package__": prefix.rstrip(".") or None,
            "__builtins__": __builtins__,
            "__doc__": None,
        }
        self._definitions, self._main = _halves(file)

    def define(self) -> None:
        exec(self._definitions, self.namespace)

    def run(self) -> None:
        exec(self._main, self.namespace)

    def replace(self, name: str, make: Callable[[Any], Any]) -> bool:
        """Puts make(original) in place of a name of the script; False when the script has no such name."""
        original = self.namespace.get(name)
        if original is None:
            return False
        self.namespace[name] = make(original)
        return True


def _halves(file: Path) -> Tuple[CodeType, CodeType]:
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    block = [node for node in tree.body if _is_main_block(node)]
    rest = [node for node in tree.body if not _is_main_block(node)]
    first = ast.Module(body=rest, type_ignores=[])
    second = ast.Module(body=block, type_ignores=[])
    return compile(first, str(file), "exec"), compile(second, str(file), "exec")


def _is_main_block(node: ast.stmt) -> bool:
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    operands = [node.test.left, *node.test.comparators]
    return any(isinstance(operand, ast.Name) and operand.id == "__name__" for operand in operands)
