"""The operations of TensorFlow.js graph models that are known, each as nodes of ONNX."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Node = dict[str, Any]
TO_CHANNELS_FIRST, TO_CHANNELS_LAST = [0, 3, 1, 2], [0, 2, 3, 1]
TYPES = {"DT_FLOAT": TensorProto.FLOAT, "DT_INT32": TensorProto.INT32}
PADDINGS = {"VALID": "VALID", "SAME": "SAME_UPPER"}


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
        inputs = [to_plain(name) for name in node.get("input", [])]
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

    def in_channels_first(
        self, op: str, source: str, rest: Sequence[str], name: str, then: Sequence[str] = (), **more: Any
    ) -> None:
        """Add an operation on N, C, H, W between two transpositions; the runtime takes them out again.

        `then` is an operation on its result (with its further inputs) that is done before the way back.
        """
        self.add("Transpose", [source], [f"{name}/first"], perm=TO_CHANNELS_FIRST)
        self.add(op, [f"{name}/first", *rest], [f"{name}/done"], **more)
        if then:
            self.add(then[0], [f"{name}/done", *then[1:]], [f"{name}/then"])
        self.add("Transpose", [f"{name}/{'then' if then else 'done'}"], [name], perm=TO_CHANNELS_LAST)


def to_plain(name: str) -> str:
    """Return a tensor's name as its node has it."""
    return name.removesuffix(":0").removeprefix("^")


def to_type(name: str) -> int:
    """Return ONNX's number of a type; raise ValueError for one that isn't known."""
    if name not in TYPES:
        raise ValueError(f"unknown type: {name}")
    return TYPES[name]


def _text(node: Node, name: str) -> str:
    return base64.b64decode(node["attr"][name]["s"]).decode()


def _numbers(node: Node, name: str) -> list[int]:
    return [int(number) for number in node["attr"][name]["list"]["i"]]


def _convolve(converter: Converter, node: Node, inputs: list[str]) -> None:
    """Add a convolution with its bias and rectifier, where they are fused into it."""
    kernel, name = converter.constants[inputs[1]], node["name"]
    height, width, taken, given = kernel.shape
    if "Depthwise" in node["op"]:
        groups, kernel = taken, kernel.reshape(height, width, 1, taken * given)
    else:
        groups = given if taken == 1 else 1
    first = converter.keep(f"{name}/kernel", np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
    fused = [
        base64.b64decode(one).decode()
        for one in node["attr"].get("fused_ops", {"list": {"s": []}})["list"]["s"]
    ]
    has_bias = fused[:1] == ["BiasAdd"]
    converter.in_channels_first(
        "Conv",
        inputs[0],
        [first, *(inputs[2:3] if has_bias else ())],
        name,
        _rectify(converter, node, fused[has_bias:]),
        auto_pad=_read_padding(node),
        strides=_numbers(node, "strides")[1:3],
        dilations=_numbers(node, "dilations")[1:3],
        group=int(groups),
    )


def _rectify(converter: Converter, node: Node, fused: list[str]) -> list[str]:
    """Return the operation that is fused into another behind its bias, with its further inputs; [] for none."""
    if fused == ["Relu6"]:
        limits = ((f"{node['name']}/{limit}", np.float32(limit)) for limit in (0, 6))
        return ["Clip", *(converter.keep(name, np.asarray(limit)) for name, limit in limits)]
    if fused not in ([], ["Relu"]):
        raise ValueError(f"{node['name']}: unknown fused operations: {', '.join(fused)}")
    return fused


def _pool(converter: Converter, node: Node, inputs: list[str]) -> None:
    kernel, strides = _numbers(node, "ksize")[1:3], _numbers(node, "strides")[1:3]
    converter.in_channels_first(
        "MaxPool",
        inputs[0],
        [],
        node["name"],
        auto_pad=_read_padding(node),
        kernel_shape=kernel,
        strides=strides,
    )


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


def _read_padding(node: Node) -> str:
    padding = _text(node, "padding")
    if padding not in PADDINGS or _text(node, "data_format") != "NHWC":
        raise ValueError(f"{node['name']}: only SAME or VALID padding of N, H, W, C is converted")
    return PADDINGS[padding]


def _expand(converter: Converter, node: Node, inputs: list[str]) -> None:
    axes = converter.keep(f"{node['name']}/axes", converter.constants[inputs[1]].reshape(1).astype(np.int64))
    converter.add("Unsqueeze", [inputs[0], axes], [node["name"]])


def _squeeze(converter: Converter, node: Node, inputs: list[str]) -> None:
    axes = converter.keep(f"{node['name']}/axes", np.array(_numbers(node, "squeeze_dims"), np.int64))
    converter.add("Squeeze", [inputs[0], axes], [node["name"]])


def _pack(converter: Converter, node: Node, inputs: list[str]) -> None:
    """Stack along a new axis."""
    axis, name = int(node["attr"]["axis"]["i"]), node["name"]
    axes = converter.keep(f"{name}/axes", np.array([axis], np.int64))
    parts = [f"{name}/{number}" for number in range(len(inputs))]
    for source, part in zip(inputs, parts, strict=True):
        converter.add("Unsqueeze", [source, axes], [part])
    converter.add("Concat", parts, [name], axis=axis)


def _unpack(converter: Converter, node: Node, inputs: list[str]) -> None:
    """Cut along an axis, which goes."""
    axis, count, name = int(node["attr"]["axis"]["i"]), int(node["attr"]["num"]["i"]), node["name"]
    axes = converter.keep(f"{name}/axes", np.array([axis], np.int64))
    sizes = converter.keep(f"{name}/sizes", np.ones(count, np.int64))
    parts = [f"{name}/{number}" for number in range(count)]
    converter.add("Split", [inputs[0], sizes], parts, axis=axis)
    for number, part in enumerate(parts):
        converter.add("Squeeze", [part, axes], [f"{name}:{number}" if number else name])


def _cast(converter: Converter, node: Node, inputs: list[str]) -> None:
    converter.add("Cast", inputs, [node["name"]], to=to_type(node["attr"]["DstT"]["type"]))


def _find_highest(converter: Converter, node: Node, inputs: list[str]) -> None:
    name, axis = node["name"], int(converter.constants[inputs[1]])
    converter.add("ArgMax", inputs[:1], [f"{name}/long"], axis=axis, keepdims=0)
    converter.add("Cast", [f"{name}/long"], [name], to=to_type(node["attr"]["output_type"]["type"]))


def _gather(converter: Converter, node: Node, inputs: list[str]) -> None:
    name = node["name"]
    converter.add("Cast", inputs[1:], [f"{name}/long"], to=TensorProto.INT64)
    converter.add("GatherND", [inputs[0], f"{name}/long"], [name])


def _divide_down(converter: Converter, node: Node, inputs: list[str]) -> None:
    """Divide whole numbers towards minus infinity: ONNX cuts towards nought."""
    if node["attr"]["T"]["type"] != "DT_INT32":
        raise ValueError(f"{node['name']}: only whole numbers are divided down")
    name = node["name"]
    converter.add("Mod", inputs, [f"{name}/rest"])
    converter.add("Sub", [inputs[0], f"{name}/rest"], [f"{name}/whole"])
    converter.add("Div", [f"{name}/whole", inputs[1]], [name])


def _square_difference(converter: Converter, node: Node, inputs: list[str]) -> None:
    name = node["name"]
    converter.add("Sub", inputs, [f"{name}/off"])
    converter.add("Mul", [f"{name}/off"] * 2, [name])


def _fill(places: np.ndarray, shape: np.ndarray, values: np.ndarray, default: np.ndarray) -> np.ndarray:
    made = np.full(shape, default)
    made[tuple(np.moveaxis(places, -1, 0))] = values
    return made


FOLDED: dict[str, Callable[..., np.ndarray]] = {"SparseToDense": _fill, "AddV2": np.add, "Add": np.add}
HANDLERS: dict[str, Callable[[Converter, Node, list[str]], None]] = {
    "Conv2D": _convolve,
    "_FusedConv2D": _convolve,
    "DepthwiseConv2dNative": _convolve,
    "FusedDepthwiseConv2dNative": _convolve,
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
    "Sub": _same("Sub"),
    "Mul": _same("Mul"),
    "RealDiv": _same("Div"),
    "FloorDiv": _divide_down,
    "SquaredDifference": _square_difference,
    "Sqrt": _same("Sqrt"),
    "Cast": _cast,
    "ExpandDims": _expand,
    "Squeeze": _squeeze,
    "Pack": _pack,
    "Unpack": _unpack,
    "ArgMax": _find_highest,
    "GatherNd": _gather,
    "Sigmoid": _same("Sigmoid"),
    "Identity": _same("Identity"),
    "SparseToDense": _same("Identity"),
}
