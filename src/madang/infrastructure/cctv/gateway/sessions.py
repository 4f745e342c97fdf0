"""Opening a model that set-up made: one way for all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import onnx
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as broken

from madang.core.base.interface import NotFound

MODELS = Path(__file__).resolve().parents[1] / "models"
UNREADABLE = (broken.Fail, broken.InvalidProtobuf, broken.InvalidGraph, broken.NoSuchFile)


def open_model(
    path: Path, threads: int, change: Callable[[onnx.ModelProto], onnx.ModelProto] | None = None
) -> onnxruntime.InferenceSession:
    """Return a model, changed, that runs in `threads` threads; raise NotFound where it isn't there."""
    if not path.is_file():
        raise NotFound(
            "cctv.model",
            f"모델 {path.name}이(가) 없습니다. ‘make setup’이 만듭니다.",
            f"the model {path.name} is not there; `make setup` makes it",
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting costs others' time
    model = str(path) if change is None else change(onnx.load(path)).SerializeToString()
    return onnxruntime.InferenceSession(model, options)
