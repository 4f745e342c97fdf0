"""TensorFlow.js graph models → ONNX: the few operations that the packaged detector is made of.

Run at set-up: `python -m madang.infrastructure.cctv.gateway.conversion SOURCE.json TARGET.onnx`. Weights
kept as float16 become float32; what depends on constants alone is computed here.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
Node = dict[str, Any]
TO_CHANNELS_FIRST, TO_CHANNELS_LAST = [0, 3, 1, 2], [0, 2, 3, 1]


class Converter:
    """Collects the nodes and constants of an ONNX graph in the order of the source's."""

    def __init__(self, constants: dict[str, np.ndarray]) -> None:
        self.constants = constants
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: dict[str, onnx.TensorProto] = {}

    def convert(self, node: Node) -> None:
        """Add one node; raise ValueError for an operation that isn't known."""
        handler = HANDLERS.get(node["op"])
        if handler is None:
            raise ValueError(f"unknown operation: {node['op']}")
        inputs = [_plain(name) for name in node.get("input", [])]
        if all(name in self.constants for name in inputs) and node["op"] in FOLDED:
            self.constants[node["name"]] = FOLDED[node["op"]](*(self.constants[name] for name in inputs))
            return
        handler(self, node, inputs)

    def add(self, op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> None:
        """Add one ONNX node; constants among its inputs become initializers."""
        for name in inputs:
            if name in self.constants and name not in self.initializers:
                self.initializers[name] = numpy_helper.from_array(self.constants[name], name)
        self.nodes.append(helper.make_node(op, list(inputs), list(outputs), **attributes))

    def keep(self, name: str, value: np.ndarray) -> str:
        """Keep a constant of our own and return its name."""
        self.constants[name] = value
        return name

    def in_channels_first(self, op: str, source: str, rest: Sequence[str], name: str, **more: Any) -> None:
        """Add an operation on N, C, H, W between two transpositions; the runtime takes them out again."""
        self.add("Transpose", [source], [f"{name}/first"], perm=TO_CHANNELS_FIRST)
        self.add(op, [f"{name}/first", *rest], [f"{name}/done"], **more)
        self.add("Transpose", [f"{name}/done"], [name], perm=TO_CHANNELS_LAST)


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
            visit(by_name[_plain(name).partition(":")[0]])
        done[node["name"]] = node

    for node in nodes:
        visit(node)
    return list(done.values())


def _plain(name: str) -> str:
    return name.removesuffix(":0").removeprefix("^")


def _describe(one: dict[str, Any]) -> onnx.ValueInfoProto:
    shape = [int(dim["size"]) for dim in one["tensorShape"].get("dim", [])]
    return helper.make_tensor_value_info(_plain(one["name"]), TensorProto.FLOAT, shape)


def _text(node: Node, name: str) -> str:
    return base64.b64decode(node["attr"][name]["s"]).decode()


def _numbers(node: Node, name: str) -> list[int]:
    return [int(number) for number in node["attr"][name]["list"]["i"]]


def _convolve(converter: Converter, node: Node, inputs: list[str]) -> None:
    _require_valid(node)
    kernel = converter.constants[inputs[1]]
    name = node["name"]
    first = converter.keep(f"{name}/kernel", np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
    is_depthwise = kernel.shape[2] == 1
    converter.in_channels_first(
        "Conv",
        inputs[0],
        [first],
        name,
        strides=_numbers(node, "strides")[1:3],
        dilations=_numbers(node, "dilations")[1:3],
        group=int(kernel.shape[3]) if is_depthwise else 1,
    )


def _pool(converter: Converter, node: Node, inputs: list[str]) -> None:
    _require_valid(node)
    kernel, strides = _numbers(node, "ksize")[1:3], _numbers(node, "strides")[1:3]
    converter.in_channels_first("MaxPool", inputs[0], [], node["name"], kernel_shape=kernel, strides=strides)


def _resize(converter: Converter, node: Node, inputs: list[str]) -> None:
    if not node["attr"]["half_pixel_centers"].get("b"):
        raise ValueError("only half-pixel centres are converted")
    height, width = converter.constants[inputs[1]]
    name = node["name"]
    converter.add("Transpose", [inputs[0]], [f"{name}/first"], perm=TO_CHANNELS_FIRST)
    converter.add("Shape", [f"{name}/first"], [f"{name}/outer"], start=0, end=2)
    size = converter.keep(f"{name}/size", np.array([height, width], np.int64))
    converter.add("Concat", [f"{name}/outer", size], [f"{name}/sizes"], axis=0)
    converter.add(
        "Resize",
        [f"{name}/first", "", "", f"{name}/sizes"],
        [f"{name}/done"],
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )
    converter.add("Transpose", [f"{name}/done"], [name], perm=TO_CHANNELS_LAST)


def _pad(converter: Converter, node: Node, inputs: list[str]) -> None:
    pads = converter.constants[inputs[1]].T.ravel().astype(np.int64)
    given = [inputs[0], converter.keep(f"{node['name']}/pads", pads), *inputs[2:]]
    converter.add("Pad", given, [node["name"]])


def _concatenate(converter: Converter, node: Node, inputs: list[str]) -> None:
    axis = int(converter.constants[inputs[-1]])
    converter.add("Concat", inputs[:-1], [node["name"]], axis=axis)


def _split(converter: Converter, node: Node, inputs: list[str]) -> None:
    sizes = converter.constants[inputs[1]].astype(np.int64)
    names = [node["name"], *(f"{node['name']}:{number}" for number in range(1, len(sizes)))]
    converter.add(
        "Split",
        [inputs[0], converter.keep(f"{node['name']}/sizes", sizes)],
        names,
        axis=int(converter.constants[inputs[2]]),
    )


def _reshape(converter: Converter, node: Node, inputs: list[str]) -> None:
    shape = converter.constants[inputs[1]].astype(np.int64)
    converter.add("Reshape", [inputs[0], converter.keep(f"{node['name']}/shape", shape)], [node["name"]])


def _transpose(converter: Converter, node: Node, inputs: list[str]) -> None:
    order = [int(number) for number in converter.constants[inputs[1]]]
    converter.add("Transpose", [inputs[0]], [node["name"]], perm=order)


def _leak(converter: Converter, node: Node, inputs: list[str]) -> None:
    converter.add("LeakyRelu", inputs, [node["name"]], alpha=float(node["attr"]["alpha"]["f"]))


def _same(op: str) -> Callable[[Converter, Node, list[str]], None]:
    return lambda converter, node, inputs: converter.add(op, inputs, [node["name"]])


def _require_valid(node: Node) -> None:
    if _text(node, "padding") != "VALID" or _text(node, "data_format") != "NHWC":
        raise ValueError(f"{node['name']}: only VALID padding of N, H, W, C is converted")


def _fill(places: np.ndarray, shape: np.ndarray, values: np.ndarray, default: np.ndarray) -> np.ndarray:
    made = np.full(shape, default)
    made[tuple(np.moveaxis(places, -1, 0))] = values
    return made


FOLDED: dict[str, Callable[..., np.ndarray]] = {"SparseToDense": _fill, "AddV2": np.add, "Add": np.add}
HANDLERS: dict[str, Callable[[Converter, Node, list[str]], None]] = {
    "Conv2D": _convolve,
    "MaxPool": _pool,
    "ResizeBilinear": _resize,
    "Pad": _pad,
    "PadV2": _pad,
    "ConcatV2": _concatenate,
    "SplitV": _split,
    "Reshape": _reshape,
    "Transpose": _transpose,
    "LeakyRelu": _leak,
    "Add": _same("Add"),
    "AddV2": _same("Add"),
    "Sigmoid": _same("Sigmoid"),
    "Identity": _same("Identity"),
    "SparseToDense": _same("Identity"),
}


def main(arguments: Sequence[str]) -> None:
    """Convert one model file into another, unless that is newer."""
    source, target = Path(arguments[0]), Path(arguments[1])
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(convert_model(source), target)


if __name__ == "__main__":
    main(sys.argv[1:])
