"""The README's pictures: a few of the gallery, made smaller.

Run by ``make pictures``.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent))
from gallery import gallery

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
PICTURES = {  # file: (template, sheet, part of the height that is kept)
    "training.png": ("mazur", "training", 0.55),
    "steps.png": ("mazur", "steps", 1.0),
    "network.png": ("mazur", "network", 1.0),
    "learned.png": ("spiral", "learned", 1.0),
    "landscape.png": ("xor", "landscape", 1.0),
    "check.png": ("mazur", "check", 1.0),
    "unrolled.png": ("lstm", "network", 1.0),
    "maps.png": ("cnn", "network", 0.75),
    "attention.png": ("self-attention-causal", "network", 0.705),
    "norm.png": ("batch-norm", "network", 0.83),
    "graph.png": ("into-backprop", "network", 1.0),
}
ITERATIONS = {"spiral": 60}  # where a picture shows another one than 0


def main() -> None:
    """Render what is needed, and keep the pictures of the table."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    found = list(gallery("en", sorted({template for template, _, _ in PICTURES.values()}), ITERATIONS))
    for name, (template, sheet, part) in PICTURES.items():
        [source] = [path for path in found if path.stem.startswith(f"{template}-") and path.stem.endswith(f"-{sheet}")]
        with Image.open(source) as picture:
            image = picture.convert("RGB").crop((0, 0, picture.width, int(picture.height * part)))
            image.quantize(64).save(IMAGES / name, optimize=True)
        print(f"docs/images/{name}")


if __name__ == "__main__":
    main()
