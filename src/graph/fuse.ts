import type { Storage, Tensor } from "./tensor.ts";
import type { Node, NodeTensors } from "./trace.ts";

/**
 * Joins a node with the node that reads its result, where one kernel does the work of both (Node.fuse). The result between them is
 * then not written, so no other node may read it, unless the joined node writes it too. A joined node is not joined again.
 */
export function fuseNodes(traced: readonly Node[], keep: readonly Tensor[]): readonly Node[] {
  const producers = new Map<Tensor, Node>();
  let nodes = traced;
  for (const reader of traced) {
    const fusion = fusionsOf(producers, reader).find((candidate) => isSafe(nodes, keep, candidate));
    if (fusion) {
      nodes = nodes.flatMap((node) => (node === fusion.producer ? [] : node === reader ? [fusion.fused] : [node]));
      for (const tensor of Object.values(fusion.producer.outputs)) producers.delete(tensor);
    } else if (reader.fuse) {
      for (const tensor of Object.values(reader.outputs)) producers.set(tensor, reader);
    }
  }
  return nodes;
}

interface Fusion {
  readonly producer: Node;
  readonly reader: Node;
  readonly fused: Node;
}

/** The fusions of a reader with the producers of its inputs, the last input first, and of each the best first. */
function fusionsOf(producers: ReadonlyMap<Tensor, Node>, reader: Node): Fusion[] {
  return Object.values(reader.inputs)
    .reverse()
    .flatMap((tensor) => {
      const producer = producers.get(tensor);
      return producer ? (producer.fuse?.(reader) ?? []).map((fused) => ({ producer, reader, fused })) : [];
    });
}

/**
 * Whether the fused node may take the reader's place: no node between them touches what the producer wrote or changes what it read,
 * and no other node uses a result that is no longer written.
 */
function isSafe(nodes: readonly Node[], keep: readonly Tensor[], { producer, reader, fused }: Fusion): boolean {
  const written = storagesOf(producer.outputs);
  const read = storagesOf(producer.inputs);
  const between = nodes.slice(nodes.indexOf(producer) + 1, nodes.indexOf(reader));
  const isMovable = between.every((node) => !meets(node.inputs, written) && !meets(node.outputs, written) && !meets(node.outputs, read));
  const stillWritten = storagesOf(fused.outputs);
  const lost = new Set([...written].filter((storage) => !stillWritten.has(storage)));
  const remaining = [...nodes.filter((node) => node !== producer && node !== reader), fused];
  const isWanted = remaining.some((node) => meets(node.inputs, lost) || meets(node.outputs, lost)) || meets(keep, lost);
  const isInPlan = [...lost].every((storage) => storage.kind === "slot");
  return isMovable && isInPlan && !isWanted;
}

function storagesOf(tensors: NodeTensors): Set<Storage> {
  return new Set(Object.values(tensors).map((tensor) => tensor.storage));
}

function meets(tensors: NodeTensors | readonly Tensor[], storages: ReadonlySet<Storage>): boolean {
  return Object.values(tensors).some((tensor) => storages.has(tensor.storage));
}
