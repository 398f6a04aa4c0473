"""Entry point: `python main.py <run>/slim/runner.json`. See src/engines/pytorch/contract.ts for the file."""

from __future__ import annotations

import sys
from pathlib import Path

# Neither the user's checkout nor this folder may gain a __pycache__.
sys.dont_write_bytecode = True

if __name__ == "__main__":
    from slim_runner.run import main

    # The folder of this file must not shadow a module of the checkout.
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [entry for entry in sys.path if entry not in (here, "")]
    sys.exit(main(sys.argv[1:]))
elif __name__ == "__mp_main__":
    # A data loader's worker, where processes are spawned (Windows, macOS): it needs the same remedies.
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from slim_runner.run import prepare_worker

    sys.path.pop(0)
    prepare_worker()
