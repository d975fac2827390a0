import { EngineError } from "../gpu/errors.ts";
import { liveNodes } from "./slots.ts";
import { over, withTensors } from "./substitute.ts";
import type { Storage, Tensor } from "./tensor.ts";
import type { Node } from "./trace.ts";

/**
 * Gradient checkpointing (Chen et al. 2016, arXiv 1604.06174), one block of the model at a time. A block is what is traced inside a scope
 * that ends in a number, such as "layers.3". What it hands to others stays; everything else is freed after the forward pass and computed
 * again, by the same kernels from the same values, just before the block's backward pass. So gradients keep their bits.
 * @throws EngineError for a plan that differentiates a model without such a scope
 */
export function recomputeBlocks(nodes: readonly Node[], keep: readonly Tensor[]): Node[] {
  const blocks = blocksOf(nodes);
  if (blocks.length === 0 && nodes.some((node) => node.isBackward)) {
    throw new EngineError(
      'recompute found no block: a model marks each by scope("layers.0", ...), with its number last; else set recompute: false',
    );
  }
  const kept = new Set(keep.map((tensor) => tensor.storage));
  const uses = usesOf(nodes);
  const again = new Map<number, Node[]>();
  const renamed = new Map<number, ReadonlyMap<Storage, Storage>>();
  for (const block of blocks) {
    const copies = copiesOf(nodes, block, uses, kept);
    if (!copies) continue;
    again.set(copies.before, [...(again.get(copies.before) ?? []), ...copies.nodes]);
    for (const index of copies.readers) renamed.set(index, new Map([...(renamed.get(index) ?? []), ...copies.storages]));
  }
  const rewritten = nodes.flatMap((node, index) => {
    const storages = renamed.get(index);
    return [...(again.get(index) ?? []), storages ? withTensors(node, substitute(storages)) : node];
  });
  return liveNodes(rewritten, keep);
}

/** The forward nodes of a block, by their places in the plan. */
type Block = readonly number[];

/** The path of a scope up to its first number: "model.layers.3.mlp" is of the block "model.layers.3". */
const BLOCK = /^(?:[^.]+\.)*?\d+(?=\.|$)/;

function blocksOf(nodes: readonly Node[]): Block[] {
  const blocks = new Map<string, number[]>();
  nodes.forEach((node, index) => {
    const name = node.isBackward ? undefined : BLOCK.exec(node.scope)?.[0];
    if (name !== undefined) blocks.set(name, [...(blocks.get(name) ?? []), index]);
  });
  return [...blocks.values()];
}

/** Where every storage is read and written, in the order of the plan. */
interface Uses {
  readonly reads: ReadonlyMap<Storage, readonly number[]>;
  readonly writes: ReadonlyMap<Storage, readonly number[]>;
}

function usesOf(nodes: readonly Node[]): Uses {
  const reads = new Map<Storage, number[]>();
  const writes = new Map<Storage, number[]>();
  const note = (list: Map<Storage, number[]>, { storage }: Tensor, index: number): void => {
    const known = list.get(storage);
    if (known) known.push(index);
    else list.set(storage, [index]);
  };
  nodes.forEach((node, index) => {
    for (const tensor of Object.values(node.inputs)) note(reads, tensor, index);
    for (const tensor of Object.values(node.outputs)) note(writes, tensor, index);
  });
  return { reads, writes };
}

interface Copies {
  readonly nodes: readonly Node[];
  /** The index that the copies stand before, and of the nodes that read them. */
  readonly before: number;
  readonly readers: readonly number[];
  readonly storages: ReadonlyMap<Storage, Storage>;
}

/** What has to be computed again for the readers of a block's inner tensors; undefined where nothing has, or where it would differ. */
function copiesOf(nodes: readonly Node[], block: Block, uses: Uses, kept: ReadonlySet<Storage>): Copies | undefined {
  const own = new Set(block);
  const usedAt = (storage: Storage): readonly number[] => [...(uses.reads.get(storage) ?? []), ...(uses.writes.get(storage) ?? [])];
  const written = new Set(block.flatMap((index) => outputsOf(nodes[index]!)));
  // A tensor that forward nodes elsewhere use too is what the block hands on.
  const inner = [...written].filter((storage) => {
    const others = usedAt(storage).filter((index) => !own.has(index));
    return storage.kind === "slot" && !kept.has(storage) && others.every((index) => nodes[index]!.isBackward);
  });
  const wanted = inner.filter((storage) => usedAt(storage).some((index) => !own.has(index)));
  const readers = [...new Set(wanted.flatMap(usedAt))].filter((index) => !own.has(index)).sort((a, b) => a - b);
  const before = readers[0];
  if (before === undefined) return undefined;
  const needed = neededFor(nodes, block, wanted);
  if (!canRepeat(nodes, needed, { before, own, uses })) return undefined;
  const fresh = new Map(needed.flatMap((index) => outputsOf(nodes[index]!)).map((storage) => [storage, { ...storage }]));
  return {
    before,
    readers,
    nodes: needed.map((index) => withTensors(nodes[index]!, substitute(fresh))),
    storages: new Map(wanted.map((storage) => [storage, fresh.get(storage)!])),
  };
}

/** The nodes of a block that the wanted storages are computed by, with all that write to what these read. */
function neededFor(nodes: readonly Node[], block: Block, wanted: readonly Storage[]): number[] {
  const needed = new Set<Storage>(wanted);
  const found = new Set<number>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const index of [...block].reverse()) {
      if (found.has(index) || !outputsOf(nodes[index]!).some((storage) => needed.has(storage))) continue;
      found.add(index);
      const inputs = Object.values(nodes[index]!.inputs).map((tensor) => tensor.storage);
      for (const storage of [...inputs, ...outputsOf(nodes[index]!)]) needed.add(storage);
    }
  }
  return block.filter((index) => found.has(index));
}

interface Surroundings {
  readonly before: number;
  readonly own: ReadonlySet<number>;
  readonly uses: Uses;
}

/**
 * Whether nodes give the same values when they run once more: they write only what is the plan's own and nobody else writes, and what they
 * read from outside has not changed by then.
 */
function canRepeat(nodes: readonly Node[], needed: readonly number[], { before, own, uses }: Surroundings): boolean {
  const first = needed[0]!;
  const writes = (storage: Storage): readonly number[] => uses.writes.get(storage) ?? [];
  return needed.every((index) => {
    const outputs = outputsOf(nodes[index]!);
    const isOwn = outputs.every((storage) => storage.kind === "slot" && writes(storage).every((at) => own.has(at) || at >= before));
    const inputs = Object.values(nodes[index]!.inputs).map((tensor) => tensor.storage);
    return isOwn && inputs.every((storage) => writes(storage).every((at) => own.has(at) || at < first || at >= before));
  });
}

function outputsOf(node: Node): Storage[] {
  return Object.values(node.outputs).map((tensor) => tensor.storage);
}

function substitute(storages: ReadonlyMap<Storage, Storage>): (tensor: Tensor) => Tensor {
  return (tensor) => {
    const storage = storages.get(tensor.storage);
    return storage ? over(tensor, storage) : tensor;
  };
}
