"""TensorFlow.js graph models → ONNX: what the packaged detector and pose model are made of.

Run at set-up: `python -m madang.infrastructure.cctv.gateway.conversion SOURCE.json TARGET.onnx`. Weights
kept as float16 become float32; what depends on constants alone is computed here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper

from .operations import Converter, Node, to_plain, to_type

OPSET = 17


def convert_model(source: Path) -> onnx.ModelProto:
    """Return the ONNX model of a TensorFlow.js graph model; its weights lie beside the JSON."""
    model = json.loads(source.read_text("utf-8"))
    converter = Converter(_read_weights(source.parent, model["weightsManifest"]))
    nodes = model["modelTopology"]["node"]
    for node in _in_order(nodes):
        if node["op"] not in {"Const", "Placeholder"}:
            converter.convert(node)
    signature = model["signature"]
    graph = helper.make_graph(
        converter.nodes,
        source.stem,
        [_describe(one) for one in signature["inputs"].values()],
        [_describe(one) for one in signature["outputs"].values()],
        list(converter.initializers.values()),
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    return made


def _read_weights(folder: Path, manifest: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    weights = {}
    for group in manifest:
        raw, at = b"".join((folder / path).read_bytes() for path in group["paths"]), 0
        for one in group["weights"]:
            stored = np.dtype(one.get("quantization", {}).get("dtype", one["dtype"]))
            count = int(np.prod(one["shape"], dtype=np.int64))
            values = np.frombuffer(raw, stored, count, at).reshape(one["shape"])
            weights[one["name"]] = values.astype(one["dtype"])
            at += count * stored.itemsize
    return weights


def _in_order(nodes: list[Node]) -> list[Node]:
    """Return nodes so that each comes after what it reads."""
    by_name = {node["name"]: node for node in nodes}
    done: dict[str, Node] = {}

    def visit(node: Node) -> None:
        if node["name"] in done:
            return
        for name in node.get("input", []):
            visit(by_name[to_plain(name).partition(":")[0]])
        done[node["name"]] = node

    for node in nodes:
        visit(node)
    return list(done.values())


def _describe(one: dict[str, Any]) -> onnx.ValueInfoProto:
    shape = [int(dim["size"]) for dim in one["tensorShape"].get("dim", [])]
    return helper.make_tensor_value_info(to_plain(one["name"]), to_type(one.get("dtype", "DT_FLOAT")), shape)


def main(arguments: Sequence[str]) -> None:
    """Convert one model file into another."""
    source, target = Path(arguments[0]), Path(arguments[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(convert_model(source), target)


if __name__ == "__main__":
    main(sys.argv[1:])
