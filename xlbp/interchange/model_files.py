"""Files that hold models and weights: how large they may be, and which are not opened at all."""

from __future__ import annotations

from pathlib import Path

from xlbp.errors import UnreadableError, UsageError, reason_of

LARGEST = 200_000_000  # bytes; a template has at most some thousand parameters
PICKLED = {  # suffixes of files that can run code when they are opened, or may, with what to do instead
    **dict.fromkeys(
        (".pt", ".pth", ".bin", ".ckpt"),
        "save its weights with safetensors.torch.save_file(module.state_dict(), ...), or give the module to from_torch",
    ),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), "export the model to ONNX, as skl2onnx does for scikit-learn"),
    **dict.fromkeys((".h5", ".hdf5"), "open it in Keras, and save it as .keras"),
    ".npy": "save the arrays as .safetensors",
}


def refuse_pickled(path: Path) -> None:
    """Refuse a file that would have to be unpickled: opening one runs what it says."""
    remedy = PICKLED.get(path.suffix.lower())
    if remedy is not None:
        raise UsageError(f"{path}: a {path.suffix} file is not opened, since it may run code as it is read; {remedy}")


def bytes_of_model(path: Path) -> bytes:
    """The content of a model's file.

    Raises UsageError for a pickled one, UnreadableError for one that can't be read.
    """
    refuse_pickled(path)
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise UnreadableError(
                f"{path}: it has {size / 1e6:,.0f} MB; a model that fits a workbook has some kilobytes"
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path}: the model can't be read: {reason_of(error)}") from None
