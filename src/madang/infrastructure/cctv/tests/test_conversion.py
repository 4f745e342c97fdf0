"""The converter against each operation worked out by hand, and what it refuses."""

from __future__ import annotations

import base64
import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from madang.infrastructure.cctv.gateway.conversion import convert_model
from madang.infrastructure.cctv.gateway.detector import MODEL
from madang.infrastructure.cctv.gateway.padding import fold_pads

CHANCE = np.random.default_rng(11)
PICTURE = CHANCE.normal(size=(1, 6, 7, 3)).astype(np.float32)
KERNEL = CHANCE.normal(size=(3, 3, 3, 4)).astype(np.float32)
DEPTH = CHANCE.normal(size=(3, 3, 3, 2)).astype(np.float32)
BIAS = CHANCE.normal(size=4).astype(np.float32)
WHOLE = np.array([[-7, -1, 0], [5, 6, 11]], np.int32)


def text(value):
    return {"s": base64.b64encode(value.encode()).decode()}


def kind(value):
    return {"type": {"float32": "DT_FLOAT", "int32": "DT_INT32"}[str(value.dtype)]}


def slide(stride=1, padding="SAME", fused=()):
    steps = {"list": {"i": ["1", str(stride), str(stride), "1"]}}
    even = {"list": {"i": ["1"] * 4}}
    more = {"fused_ops": {"list": {"s": [text(one)["s"] for one in fused]}}} if fused else {}
    return {
        "padding": text(padding),
        "data_format": text("NHWC"),
        "strides": steps,
        "dilations": even,
        **more,
    }


def describe(name, value):
    shape = {"dim": [{"size": str(size)} for size in value.shape]}
    return {name: {"name": f"{name}:0", "dtype": kind(value)["type"], "tensorShape": shape}}


def convert(folder, op, given, constants, attributes, expected, output="y"):
    """Return the converted model of one operation on `given` and constants."""
    names = [f"c{number}" for number in range(len(constants))]
    (folder / "m.bin").write_bytes(b"".join(one.tobytes() for one in constants))
    nodes = [
        {"name": "x", "op": "Placeholder"},
        *({"name": name, "op": "Const"} for name in names),
        {"name": "y", "op": op, "input": ["x", *names], "attr": attributes},
    ]
    if output != "y":
        nodes.append({"name": "z", "op": "Identity", "input": [output], "attr": {}})
        output = "z"
    (folder / "m.json").write_text(json.dumps({
        "modelTopology": {"node": nodes},
        "signature": {"inputs": describe("x", given), "outputs": describe(output, expected)},
        "weightsManifest": [{"paths": ["m.bin"], "weights": [
            {"name": name, "shape": list(one.shape), "dtype": str(one.dtype)}
            for name, one in zip(names, constants, strict=True)
        ]}],
    }))  # fmt: skip
    return convert_model(folder / "m.json")


def convolve(picture, kernel, stride):
    """Return a convolution as TensorFlow pads it for SAME: what is odd goes behind; (H, W, in, out)."""
    size = np.array(picture.shape[1:3])
    made = -(-size // stride)
    lacking = np.maximum((made - 1) * stride + kernel.shape[0] - size, 0)
    around = [(one // 2, one - one // 2) for one in lacking]
    padded = np.pad(picture[0], [*around, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape[:2], axis=(0, 1))
    return np.einsum("ijcuv,uvco->ijco", windows[::stride, ::stride], kernel)


FULL = [convolve(PICTURE, KERNEL, stride).sum(axis=2)[None] for stride in (1, 2)]
DEEP = convolve(PICTURE, DEPTH, 2).reshape(1, 3, 4, 6)


@pytest.mark.parametrize(
    ("op", "given", "constants", "attributes", "expected"),
    [
        ("Conv2D", PICTURE, [KERNEL], slide(), FULL[0]),
        ("_FusedConv2D", PICTURE, [KERNEL, BIAS], slide(2, fused=["BiasAdd"]), FULL[1] + BIAS),
        ("_FusedConv2D", PICTURE, [KERNEL, BIAS], slide(2, fused=["BiasAdd", "Relu6"]), np.clip(FULL[1] + BIAS, 0, 6)),
        ("_FusedConv2D", PICTURE, [KERNEL, BIAS], slide(fused=["BiasAdd", "Relu"]), np.maximum(FULL[0] + BIAS, 0)),
        ("DepthwiseConv2dNative", PICTURE, [DEPTH], slide(2), DEEP),
        ("FusedDepthwiseConv2dNative", PICTURE, [DEPTH, np.ones(6, np.float32)], slide(2, fused=["BiasAdd", "Relu6"]),
         np.clip(DEEP + 1, 0, 6)),
        ("FloorDiv", WHOLE, [np.array(4, np.int32)], {"T": kind(WHOLE)}, WHOLE // 4),
        ("Mul", WHOLE, [np.array(4, np.int32)], {}, WHOLE * 4),
        ("Sub", PICTURE, [BIAS[:3]], {}, PICTURE - BIAS[:3]),
        ("RealDiv", PICTURE, [BIAS[:3]], {}, PICTURE / BIAS[:3]),
        ("SquaredDifference", PICTURE, [BIAS[:3]], {}, (PICTURE - BIAS[:3]) ** 2),
        ("Sqrt", np.abs(PICTURE), [], {}, np.sqrt(np.abs(PICTURE))),
        ("Cast", WHOLE, [], {"DstT": kind(PICTURE)}, WHOLE.astype(np.float32)),
        ("ExpandDims", WHOLE, [np.array(-1, np.int32)], {}, WHOLE[..., None]),
        ("Squeeze", PICTURE, [], {"squeeze_dims": {"list": {"i": ["0"]}}}, PICTURE[0]),
        ("Pack", WHOLE, [WHOLE[::-1].copy()], {"axis": {"i": "1"}}, np.stack([WHOLE, WHOLE[::-1]], 1)),
        ("ArgMax", PICTURE, [np.array(2, np.int32)], {"output_type": kind(WHOLE)}, PICTURE.argmax(2).astype(np.int32)),
        ("GatherNd", PICTURE, [np.array([[0, 1, 2], [0, 5, 0]], np.int32)], {}, PICTURE[[0, 0], [1, 5], [2, 0]]),
    ],
)  # fmt: skip
def test_an_operation_gives_what_it_says(tmp_path, op, given, constants, attributes, expected):
    model = convert(tmp_path, op, given, constants, attributes, expected)
    (answer,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": given})
    assert answer.dtype == expected.dtype
    assert np.allclose(answer, expected, atol=1e-4)


def test_each_part_of_what_is_unpacked_has_its_name(tmp_path):
    cut = {"axis": {"i": "1"}, "num": {"i": "3"}}
    for number, name in enumerate(("y", "y:1", "y:2")):
        model = convert(tmp_path, "Unpack", WHOLE, [], cut, WHOLE[:, number], name)
        (answer,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": WHOLE})
        assert answer.tolist() == WHOLE[:, number].tolist()


@pytest.mark.parametrize(
    ("op", "given", "constants", "attributes", "said"),
    [
        ("_FusedConv2D", PICTURE, [KERNEL, BIAS], slide(fused=["BiasAdd", "Elu"]), "unknown fused"),
        ("_FusedConv2D", PICTURE, [KERNEL, BIAS], slide(fused=["FusedBatchNorm"]), "unknown fused"),
        ("Conv2D", PICTURE, [KERNEL], slide(padding="EXPLICIT"), "padding"),
        ("FloorDiv", PICTURE, [BIAS[:3]], {"T": kind(PICTURE)}, "whole numbers"),
        ("Cast", WHOLE, [], {"DstT": {"type": "DT_COMPLEX64"}}, "unknown type"),
        ("CumSum", WHOLE, [], {}, "unknown operation"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(tmp_path, op, given, constants, attributes, said):
    with pytest.raises(ValueError, match=said):
        convert(tmp_path, op, given, constants, attributes, given)


def make_padded(*, turn=(0, 3, 1, 2), value=0.0, shares=False, own=(0, 0, 0, 0)):
    """Return a model that pads a picture, turns it there and back and folds it with a kernel."""
    rng = np.random.default_rng(5)
    kernel = rng.normal(size=(4, 3, 3, 3)).astype(np.float32)
    back = [turn.index(axis) for axis in range(4)]
    nodes = [
        helper.make_node("Pad", ["x", "pads", "value"], ["p"]),
        helper.make_node("Transpose", ["p"], ["t"], perm=back),
        helper.make_node("Transpose", ["t"], ["u"], perm=turn),
        helper.make_node("Conv", ["u", "kernel"], ["y"], strides=[2, 2], pads=own),
        helper.make_node("Relu", ["p"] if shares else ["y"], ["z"]),
    ]
    weights = {
        "pads": np.array([0, 0, 1, 2, 0, 0, 3, 0]),
        "value": np.float32(value),
        "kernel": kernel,
    }
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 9, 8])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "z")],
        [numpy_helper.from_array(np.asarray(one), name) for name, one in weights.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


@pytest.mark.parametrize(
    ("given", "is_folded"),
    [({}, True), ({"value": 1.0}, False), ({"shares": True}, False), ({"own": (1, 1, 1, 1)}, False)],
)
def test_a_border_made_apart_is_folded_where_the_answer_stays_the_same(given, is_folded):
    fed = {"x": np.random.default_rng(6).normal(size=(1, 3, 9, 8)).astype(np.float32)}
    before, model = make_padded(**given), fold_pads(make_padded(**given))
    assert ("Pad" not in {node.op_type for node in model.graph.node}) == is_folded
    answers = [
        onnxruntime.InferenceSession(one.SerializeToString()).run(None, fed) for one in (before, model)
    ]
    for one, other in zip(*answers, strict=True):
        assert np.allclose(one, other, atol=1e-5)


def test_the_detectors_model_answers_the_same_with_its_borders_folded():
    fed = {"input_1": np.random.default_rng(7).normal(size=(1, 3, 416, 416)).astype(np.float32)}
    model = onnx.load(MODEL)
    folded = fold_pads(onnx.load(MODEL))
    pads = [sum(node.op_type == "Pad" for node in one.graph.node) for one in (model, folded)]
    assert pads[0] > 20
    assert pads[1] == 0
    answers = [
        onnxruntime.InferenceSession(one.SerializeToString()).run(None, fed) for one in (model, folded)
    ]
    assert all(np.allclose(one, other, atol=1e-4) for one, other in zip(*answers, strict=True))
