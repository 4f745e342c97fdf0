"""A detector made for square pictures, freed of the square: no work is done on the border of a wide picture."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import numpy_helper, shape_inference

SIDES = ("height", "width")


def free_sides(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model of one square picture (1, 3, side, side) that takes any height and width; one that is free as it is.

    Both must be multiples of its coarsest cells. What was resized to a size is resized by the ratio that this was.
    """
    if model.graph.input[0].type.tensor_type.shape.dim[2].dim_param:
        return model
    shapes = {
        one.name: one.type.tensor_type.shape.dim
        for one in shape_inference.infer_shapes(model).graph.value_info
    }
    constants = {one.name: one for one in model.graph.initializer}
    sizes = {node.output[0]: node.input[-1] for node in model.graph.node if node.op_type == "Concat"}
    for node in model.graph.node:
        if node.op_type == "Resize":
            source, wanted = node.input[0], numpy_helper.to_array(constants[sizes[node.input[3]]])
            ratios = wanted / [dim.dim_value for dim in shapes[source]][2:]
            name = f"{node.output[0]}/ratios"
            model.graph.initializer.append(
                numpy_helper.from_array(np.array([1, 1, *ratios], np.float32), name)
            )
            node.input[:] = [source, "", name]
    for dim, side in zip(model.graph.input[0].type.tensor_type.shape.dim[2:], SIDES, strict=True):
        dim.dim_param = side
    for one in model.graph.output:
        one.type.tensor_type.shape.dim[1].dim_param = f"cells of {one.name}"
    del model.graph.value_info[:]
    return model
