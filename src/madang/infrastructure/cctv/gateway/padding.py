"""Borders that a model makes before it looks are left to the looking itself: the same answer, less work."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

AXES = [0, 1, 2, 3]
WHOLE = {"auto_pad", "pads"}
BORDERS = {"Conv": 0.0, "MaxPool": -np.inf}
"""What each kind of looking takes its own border for."""


def fold_pads(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model whose convolutions and maxima make the borders that a `Pad` of their own made before them.

    Between the two only transpositions that undo each other may stand. A border made apart takes the picture out of
    the layout in which convolutions are quick, and back into it.
    """
    makers = {node.output[0]: node for node in model.graph.node}
    readers = [name for node in model.graph.node for name in node.input]
    constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    gone: set[str] = set()
    for look in [node for node in model.graph.node if node.op_type in BORDERS]:
        passed, axes = [makers.get(look.input[0])], AXES
        while (last := passed[-1]) is not None and last.op_type == "Transpose":
            axes = [last.attribute[0].ints[one] for one in axes]
            passed.append(makers.get(last.input[0]))
        if last is None or last.op_type != "Pad" or axes != AXES:
            continue
        kept = [one for one in look.attribute if one.name not in WHOLE]
        is_plain = all(one.s == b"VALID" or not any(one.ints) for one in look.attribute if one.name in WHOLE)
        value = constants[last.input[2]] if len(last.input) > 2 and last.input[2] else 0.0  # noqa: PLR2004
        is_same = not last.attribute and bool(np.all(value == BORDERS[look.op_type]))
        sides = constants[last.input[1]].tolist()
        shared = any(readers.count(one.output[0]) > 1 for one in passed if one is not None)
        if not is_plain or not is_same or shared or any((*sides[:2], *sides[4:6])):
            continue
        del look.attribute[:]
        look.attribute.extend([*kept, helper.make_attribute("pads", [*sides[2:4], *sides[6:8]])])
        look.input[0] = last.input[0]
        gone |= {one.output[0] for one in passed if one is not None}
    left = [node for node in model.graph.node if node.output[0] not in gone]
    used = {name for node in left for name in node.input}
    weights = [one for one in model.graph.initializer if one.name in used]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(left)
    model.graph.initializer.extend(weights)
    return model
