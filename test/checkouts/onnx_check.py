"""Run an exported model on a random 160 × 160 image and print its output shapes; --probe: can it run here?"""

from __future__ import annotations

import json
import sys

import numpy as np


def main() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime
    except ImportError:
        print("missing")
        return
    if sys.argv[1] == "--probe":
        print("ready")
        return
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    image = np.random.rand(1, 3, 160, 160).astype(np.float32)
    outputs = session.run(None, {session.get_inputs()[0].name: image})
    print(json.dumps([list(output.shape) for output in outputs]))


if __name__ == "__main__":
    main()
