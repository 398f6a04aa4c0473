"""TensorBoard's event files, written without TensorBoard (src/runs/summaries.ts is the same for the other engine)."""

from __future__ import annotations

import socket
import struct
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from .appending import append

# Of a gamma event: equal bins over [0, MAXIMUM), of which the last also takes what lies beyond.
BINS = 64
MAXIMUM = 2.0

# The names that YOLOv5 itself logs under.
SCORES = {
    "precision": "metrics/precision",
    "recall": "metrics/recall",
    "mAP50": "metrics/mAP_0.5",
    "mAP50_95": "metrics/mAP_0.5:0.95",
}


def _table() -> List[int]:
    """CRC-32C (Castagnoli), which TFRecord files are checked with."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ 0x82F63B78 if value & 1 else value >> 1
        table.append(value)
    return table


_TABLE = _table()


def masked_crc(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def framed(data: bytes) -> bytes:
    head = struct.pack("<Q", len(data))
    return head + struct.pack("<I", masked_crc(head)) + data + struct.pack("<I", masked_crc(data))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _double(field: int, value: float) -> bytes:
    return _varint(field * 8 + 1) + struct.pack("<d", value)


def _message(field: int, data: bytes) -> bytes:
    return _varint(field * 8 + 2) + _varint(len(data)) + data


def _scalar(tag: str, value: float) -> bytes:
    number = _varint(2 * 8 + 5) + struct.pack("<f", value)
    return _message(1, _message(1, tag.encode("utf-8")) + number)


def _histogram(tag: str, counts: Sequence[int], low: float, high: float) -> bytes:
    width = MAXIMUM / BINS
    middles = [(bin + 0.5) * width for bin in range(len(counts))]
    limits = [(bin + 1) * width for bin in range(len(counts))]
    body = _double(1, low) + _double(2, high) + _double(3, float(sum(counts)))
    body += _double(4, sum(count * middle for count, middle in zip(counts, middles)))
    body += _double(5, sum(count * middle**2 for count, middle in zip(counts, middles)))
    body += _message(6, struct.pack(f"<{len(limits)}d", *limits))
    body += _message(7, struct.pack(f"<{len(counts)}d", *counts))
    return _message(1, _message(1, tag.encode("utf-8")) + _message(5, body))


def epoch_summary(fields: Dict[str, Any]) -> bytes:
    """The summary of an `epoch` event."""
    found: List[Tuple[str, Any]] = [
        (f"{part}/{name}_loss", value)
        for part in ("train", "val")
        for name, value in (fields.get(part) or {}).items()
    ]
    found += [(tag, fields.get(key)) for key, tag in SCORES.items()]
    found += [("x/lr", fields.get("lr")), ("x/sr", fields.get("sr"))]
    return b"".join(_scalar(tag, float(value)) for tag, value in found if value is not None)


def gamma_summary(fields: Dict[str, Any]) -> bytes:
    """The summary of a `gamma` event: one histogram of all layers, and one a layer."""
    layers = fields["layers"]
    counts = [sum(column) for column in zip(*(layer["histogram"] for layer in layers))]
    near = sum(layer["nearZero"] for layer in layers)
    parts = [_scalar("gamma/share_near_zero", near / max(1, sum(counts)))]
    if layers:
        # TensorBoard lets the first bucket that holds any begin at the lowest.
        lowest = min(layer["quantiles"][0] for layer in layers)
        highest = max(layer["quantiles"][4] for layer in layers)
        parts.append(_histogram("gamma", counts, lowest, highest))
    for layer in layers:
        low, high = layer["quantiles"][0], layer["quantiles"][4]
        parts.append(_histogram(f"gamma/{layer['name']}", layer["histogram"], low, high))
    return b"".join(parts)


SUMMARIES = {"epoch": epoch_summary, "gamma": gamma_summary}


class SummaryLog:
    """`events.out.tfevents.<time>.<host>` in a folder; begun with the first event that TensorBoard shows."""

    def __init__(self, folder: Path) -> None:
        name = f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}"
        self.file = folder / name
        self._failed = False

    def write(self, event_type: str, fields: Dict[str, Any]) -> None:
        summarise = SUMMARIES.get(event_type)
        if summarise is None or self._failed:
            return
        try:
            append(self.file, b"".join(self._records(int(fields["epoch"]), summarise(fields))))
        except OSError as error:
            # A copy for another program's charts is no reason to end a training.
            self._failed = True
            print(f"slim: no more TensorBoard events: {error}", file=sys.stderr, flush=True)

    def _records(self, step: int, summary: bytes) -> Iterator[bytes]:
        now = _double(1, time.time())
        if not self.file.exists():
            yield framed(now + _message(3, b"brain.Event:2"))
        yield framed(now + _varint(2 * 8) + _varint(step) + _message(5, summary))
