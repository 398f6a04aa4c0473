"""What OpenCV reads from image files of many kinds: `make_files.py`.

Writes small files to test/golden/files/ and files.json there: by name, width, height and RGB pixels as base64, as
`cv2.imread` has them, or null where it reads nothing. Of `cut.jpg` the last rows are missing, of `end.jpg` the last two bytes;
`profile.*` carry a colour profile that swaps red and green, which OpenCV does not look at.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Dict

import cv2
import numpy as np
from PIL import Image, ImageCms

FOLDER = Path(__file__).resolve().parent / "files"
WIDTH, HEIGHT = 21, 14


def swapped_profile() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.find(b"rXYZ"), profile.find(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def turned(orientation: int) -> Any:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def write(rng: Any) -> None:
    small = rng.integers(0, 256, (4, 6, 3), dtype=np.uint8)
    pixels = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    alpha = rng.integers(0, 256, (HEIGHT, WIDTH), dtype=np.uint8)
    image = Image.fromarray(pixels)
    few = image.quantize(16)

    def save(name: str, picture: Any = image, **rest: Any) -> None:
        picture.save(FOLDER / name, **rest)

    save("plain.png")
    save("plain.jpg", quality=85)
    save("progressive.jpg", quality=90, progressive=True)
    save("grey.jpg", image.convert("L"))
    save("print.jpg", image.convert("CMYK"), quality=95)
    save("grey.png", image.convert("L"))
    save("alpha.png", Image.fromarray(np.dstack([pixels, alpha]), "RGBA"))
    save("grey-alpha.png", Image.fromarray(np.dstack([pixels[..., 0], alpha]), "LA"))
    save("palette.png", few)
    save("palette-alpha.png", few, transparency=3)
    save("bit.png", image.convert("1"))
    wide = pixels.astype(np.uint16) * 256 + rng.integers(0, 256, pixels.shape).astype(np.uint16)
    cv2.imwrite(str(FOLDER / "deep.png"), wide)
    cv2.imwrite(str(FOLDER / "deep-grey.png"), wide[..., 0])
    save("plain.bmp")
    save("palette.bmp", few)
    save("bit.bmp", image.convert("1"))
    save("plain.webp", lossless=True)
    save("plain.tiff")
    for orientation in (3, 6, 8):
        save(f"turned-{orientation}.jpg", quality=90, exif=turned(orientation))
    profile = swapped_profile()
    save("profile.png", icc_profile=profile)
    save("profile.jpg", quality=90, icc_profile=profile)
    whole = (FOLDER / "plain.jpg").read_bytes()
    (FOLDER / "end.jpg").write_bytes(whole[:-2])
    save("cut.jpg", quality=100, subsampling=0)
    whole = (FOLDER / "cut.jpg").read_bytes()
    (FOLDER / "cut.jpg").write_bytes(whole[:-200])
    whole = (FOLDER / "plain.png").read_bytes()
    (FOLDER / "cut.png").write_bytes(whole[: len(whole) * 2 // 3])
    (FOLDER / "text.jpg").write_text("no image\n")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    write(np.random.default_rng(0))
    result: Dict[str, Any] = {}
    for path in sorted(FOLDER.iterdir()):
        if path.suffix == ".json":
            continue
        image = cv2.imread(str(path))
        result[path.name] = (
            image
            if image is None
            else [
                image.shape[1],
                image.shape[0],
                base64.b64encode(image[..., ::-1].tobytes()).decode(),
            ]
        )
    (FOLDER / "files.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
