import { type Storage, Tensor } from "./tensor.ts";
import type { Dispatch, Node, NodeTensors } from "./trace.ts";

/** The same tensor over other memory. */
export function over({ shape, dtype, offset, label }: Tensor, storage: Storage): Tensor {
  return new Tensor({ shape, dtype, offset, label, storage });
}

/** A node that does the same work on other tensors. */
export function withTensors(node: Node, substitute: (tensor: Tensor) => Tensor): Node {
  const mapped = (tensors: NodeTensors): NodeTensors =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, substitute(tensor)]));
  return {
    ...node,
    inputs: mapped(node.inputs),
    outputs: mapped(node.outputs),
    dispatches: (device) => node.dispatches(device).map((dispatch) => rebound(dispatch, mapped(dispatch.bindings))),
  };
}

/** A launch joins others with the tensors that it was made for; with other tensors it runs alone. */
function rebound({ join, ...dispatch }: Dispatch, bindings: NodeTensors): Dispatch {
  const isSame = Object.entries(bindings).every(([name, tensor]) => tensor === dispatch.bindings[name]);
  return { ...dispatch, bindings, ...(isSame && join && { join }) };
}
