"""Run a script of a YOLOv5 checkout as it is, with only the compatibility remedies and without the network.

python stock.py CHECKOUT val.py --weights pruned.pt --data data.yaml
"""

from __future__ import annotations

import sys
from pathlib import Path

RUNNER = Path(__file__).resolve().parents[2] / "src" / "engines" / "pytorch" / "runner"


def main() -> None:
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(RUNNER))
    from slim_runner.checkout import Checkout, Script
    from slim_runner.config import Config
    from slim_runner.offline import (
        block_unconfigured_loggers,
        keep_offline,
        patch_imported,
        quiet_environment,
    )
    from slim_runner.shims import apply_shims

    root, name, *argv = sys.argv[1:]
    folder = Path(root).resolve()
    config = Config(
        checkout=folder,
        packaged=False,
        stage="val",
        script=folder / name,
        argv=argv,
        cwd=Path.cwd(),
        run_dir=Path.cwd(),
        events_file=Path.cwd() / "events.jsonl",
        sparsity=None,
        planner=[],
        resume=False,
    )
    sys.argv = [str(config.script), *argv]
    checkout = Checkout(config)
    checkout.enter()
    quiet_environment()
    block_unconfigured_loggers()
    apply_shims(checkout)
    keep_offline(checkout)
    script = Script(config.script, checkout.prefix)
    script.define()
    patch_imported(checkout)
    script.run()


if __name__ == "__main__":
    main()
