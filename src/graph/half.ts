import { over, withTensors } from "./substitute.ts";
import { elementsAtCapacity, type Storage, type Tensor } from "./tensor.ts";
import { type Node, trace } from "./trace.ts";

export interface HalfOptions {
  /** Tensors that outlive the run. They are never rounded. */
  readonly keep: readonly Tensor[];
  /** The `to_half` and `from_half` ops, passed in because this module knows no op. */
  readonly toHalf: (x: Tensor) => Tensor;
  readonly fromHalf: (half: Tensor) => Tensor;
}

/** Two more dispatches are not worth it for a tensor that waits for fewer nodes or has fewer bytes. */
const SHORTEST_WAIT = 8;
const FEWEST_BYTES = 4096;

interface Wait {
  readonly tensor: Tensor;
  /** Index of the last node of the forward pass that uses the tensor, and of the first one of the backward pass. */
  readonly from: number;
  readonly until: number;
}

/**
 * Lets activations wait for the backward pass as 16-bit floats. This concerns tensors that the forward pass writes and the backward pass,
 * after a while, only reads. They are rounded after their last use before the wait, and expanded before their first use after it. The forward
 * pass, and so every loss and log-probability, keeps its bits; gradients are those of rounded activations, and are themselves never rounded:
 * they may be smaller than 16-bit floats can be.
 */
export function storeHalf(nodes: readonly Node[], options: HalfOptions): Node[] {
  const waits = waitsOf(nodes, options.keep);
  const after = new Map<number, Node[]>();
  const before = new Map<number, Node[]>();
  const expanded = new Map<Storage, { readonly storage: Storage; readonly since: number }>();
  for (const { tensor, from, until } of waits) {
    const halved = trace(() => options.toHalf(tensor));
    const again = trace(() => options.fromHalf(halved.result));
    append(after, from, besides(nodes[from]!, halved.trace.nodes));
    append(before, until, besides(nodes[until]!, again.trace.nodes));
    expanded.set(tensor.storage, { storage: again.result.storage, since: until });
  }
  return nodes.flatMap((node, index) => {
    const substitute = (tensor: Tensor): Tensor => {
      const other = expanded.get(tensor.storage);
      return other && index >= other.since ? over(tensor, other.storage) : tensor;
    };
    return [...(before.get(index) ?? []), withTensors(node, substitute), ...(after.get(index) ?? [])];
  });
}

function waitsOf(nodes: readonly Node[], keep: readonly Tensor[]): Wait[] {
  const uses = new Map<Storage, { tensors: Tensor[]; at: number[]; lastWrite: number }>();
  nodes.forEach((node, index) => {
    const note = (tensor: Tensor, isWritten: boolean): void => {
      if (tensor.storage.kind !== "slot") return;
      const known = uses.get(tensor.storage) ?? { tensors: [], at: [], lastWrite: index };
      known.tensors.push(tensor);
      if (known.at.at(-1) !== index) known.at.push(index);
      if (isWritten) known.lastWrite = index;
      uses.set(tensor.storage, known);
    };
    for (const tensor of Object.values(node.inputs)) note(tensor, false);
    for (const tensor of Object.values(node.outputs)) note(tensor, true);
  });
  const kept = new Set(keep.map((tensor) => tensor.storage));
  return [...uses].flatMap(([storage, { tensors, at, lastWrite }]) => {
    if (kept.has(storage) || storage.bytes < FEWEST_BYTES || !tensors.every(isWhole)) return [];
    const wait = waitForBackward(
      nodes,
      at.filter((index) => index >= lastWrite),
    );
    return wait ? [{ tensor: tensors[0]!, ...wait }] : [];
  });
}

/** Whether a tensor is the whole of its storage, in floats that may be rounded, and its rows hold an even number of them. */
function isWhole({ dtype, offset, shape, storage }: Tensor): boolean {
  if (storage.isExact) return false;
  const last = shape.at(-1);
  const isPaired = typeof last === "number" && last % 2 === 0;
  return dtype === "f32" && offset === 0 && isPaired && elementsAtCapacity(shape) * 4 === storage.bytes;
}

function waitForBackward(nodes: readonly Node[], at: readonly number[]): { from: number; until: number } | undefined {
  const first = at.findIndex((index) => nodes[index]!.isBackward);
  if (first <= 0) return undefined;
  const [from, until] = [at[first - 1]!, at[first]!];
  return until - from >= SHORTEST_WAIT ? { from, until } : undefined;
}

/** Nodes that belong to the same part of the model, and to the same pass, as the node that they stand next to. */
function besides({ scope, isBackward }: Node, nodes: readonly Node[]): Node[] {
  return nodes.map((node) => ({ ...node, scope, isBackward }));
}

function append(lists: Map<number, Node[]>, index: number, nodes: readonly Node[]): void {
  lists.set(index, [...(lists.get(index) ?? []), ...nodes]);
}
