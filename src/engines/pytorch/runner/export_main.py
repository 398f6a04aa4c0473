"""Entry point: `python export_main.py <checkout> <repository|packaged> <script> [argument ...]`.

Runs the checkout's own export script, with the remedies that training gets, and without a network or pip: a format
whose package is missing fails and says so.
"""

from __future__ import annotations

import sys
from pathlib import Path

# Neither the user's checkout nor this folder may gain a __pycache__.
sys.dont_write_bytecode = True

if __name__ == "__main__":
    from slim_runner.checkout import Checkout, Script
    from slim_runner.config import Config
    from slim_runner.offline import (
        keep_offline,
        patch_imported,
        quiet_environment,
        require_ultralytics,
    )
    from slim_runner.shims import apply_shims

    # The folder of this file must not shadow a module of the checkout.
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [entry for entry in sys.path if entry not in (here, "")]

    root = Path(sys.argv[1])
    file = root / sys.argv[3]
    checkout = Checkout(
        Config(
            checkout=root,
            packaged=sys.argv[2] == "packaged",
            stage="export",
            script=root / "export.py",
            argv=sys.argv[4:],
            cwd=root,
            run_dir=root,
            events_file=root,
            sparsity=None,
            planner=[],
            resume=False,
        )
    )
    checkout.enter()
    quiet_environment()
    require_ultralytics(root)
    apply_shims(checkout)
    keep_offline(checkout)
    sys.argv[:] = [str(file), *sys.argv[4:]]
    script = Script(file, checkout.prefix)
    script.define()
    checkout.namespaces.append(script.namespace)
    patch_imported(checkout)
    script.run()
