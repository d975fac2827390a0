import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { assignSlots, liveNodes, type Uses } from "../../src/graph/slots.ts";
import { type Storage, Tensor } from "../../src/graph/tensor.ts";
import type { Node } from "../../src/graph/trace.ts";

/** How one node of a random graph is made; numbers pick among what exists, modulo. */
interface Recipe {
  readonly inputs: readonly number[];
  /** Bytes of fresh outputs, in units of 4. */
  readonly sizes: readonly number[];
  /** Which existing tensor an in-place output overwrites, if any. */
  readonly inPlace: number | null;
}

interface Graph {
  readonly nodes: readonly Node[];
  readonly keep: readonly Tensor[];
}

const recipe: fc.Arbitrary<Recipe> = fc.record({
  inputs: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 2 }),
  inPlace: fc.option(fc.nat(), { freq: 3 }),
});
const graphs = fc
  .tuple(fc.array(recipe, { minLength: 1, maxLength: 25 }), fc.array(fc.nat(), { maxLength: 3 }))
  .map(([recipes, kept]) => build(recipes, kept));

function tensor(kind: Storage["kind"], label: string, size: number): Tensor {
  return new Tensor({ shape: [size], storage: { kind, label, bytes: size * 4 }, label });
}

function build(recipes: readonly Recipe[], kept: readonly number[]): Graph {
  const tensors = [tensor("input", "x", 8), tensor("external", "parameter", 8)];
  const pick = (choice: number): Tensor => tensors[choice % tensors.length]!;
  const nodes = recipes.map(({ inputs, sizes, inPlace }, index): Node => {
    const given = Object.fromEntries(inputs.map((choice, i) => [`in${i}`, pick(choice)]));
    const outputs: Record<string, Tensor> = Object.fromEntries(sizes.map((size, i) => [`out${i}`, tensor("slot", `${index}.${i}`, size)]));
    if (inPlace !== null) {
      const { shape, storage } = pick(inPlace);
      outputs.onto = new Tensor({ shape, storage });
    }
    tensors.push(...Object.values(outputs));
    return { op: "random", label: `node ${index}`, scope: "", inputs: given, outputs, dispatches: () => [], backward: undefined };
  });
  return { nodes, keep: kept.map(pick) };
}

function usesOf(nodes: readonly Node[]): Uses[] {
  return nodes.map(({ inputs, outputs }) => Object.fromEntries([...Object.values(inputs), ...Object.values(outputs)].entries()));
}

/** Runs a graph where every memory cell holds one word: a hash of who wrote it last, and from which words. */
function execute(nodes: readonly Node[], cellOf: (storage: Storage) => unknown) {
  const memory = new Map<unknown, string>();
  const read = (target: Tensor): string => memory.get(cellOf(target.storage)) ?? `initial ${target.storage.label}`;
  const seen = nodes.map((node) => {
    const overwritten = node.outputs.onto ? [read(node.outputs.onto)] : [];
    const word = [node.label, ...Object.values(node.inputs).map(read), ...overwritten].join(" ");
    const hash = createHash("sha256").update(word).digest("hex");
    for (const [name, output] of Object.entries(node.outputs)) memory.set(cellOf(output.storage), `${hash} ${name}`);
    return word;
  });
  return { seen, read };
}

test("with slots shared by liveness every node reads what it would read with memory of its own", () => {
  fc.assert(
    fc.property(graphs, ({ nodes, keep }) => {
      const { slotOf } = assignSlots(usesOf(nodes), keep);
      const own = execute(nodes, (storage) => storage);
      const shared = execute(nodes, (storage) => slotOf.get(storage) ?? storage);
      assert.deepEqual(shared.seen, own.seen);
      assert.deepEqual(keep.map(shared.read), keep.map(own.read));
    }),
    { numRuns: 500 },
  );
});

test("slots are large enough, and no output shares one with an input or another output of its node", () => {
  fc.assert(
    fc.property(graphs, ({ nodes, keep }) => {
      const { slotOf, slotBytes } = assignSlots(usesOf(nodes), keep);
      for (const [storage, slot] of slotOf) assert.ok(slotBytes[slot]! >= storage.bytes);
      for (const node of nodes) {
        const storages = [...new Set([...Object.values(node.inputs), ...Object.values(node.outputs)].map((t) => t.storage))];
        const slots = storages.filter((storage) => storage.kind === "slot").map((storage) => slotOf.get(storage));
        assert.equal(new Set(slots).size, slots.length);
      }
    }),
  );
});

test("dropping dead nodes changes nothing that is kept or outside the plan", () => {
  fc.assert(
    fc.property(graphs, ({ nodes, keep }) => {
      const live = liveNodes(nodes, keep);
      const all = execute(nodes, (storage) => storage);
      const some = execute(live, (storage) => storage);
      const outside = nodes.flatMap((node) => Object.values(node.outputs)).filter((output) => output.storage.kind !== "slot");
      const lasting = [...keep, ...outside];
      assert.deepEqual(lasting.map(some.read), lasting.map(all.read));
    }),
  );
});

test("nodes that nobody reads are dropped", () => {
  const [a, b, c] = ["a", "b", "c"].map((label) => tensor("slot", label, 4)) as [Tensor, Tensor, Tensor];
  const node = (label: string, inputs: Record<string, Tensor>, outputs: Record<string, Tensor>): Node => {
    return { op: label, label, scope: "", inputs, outputs, dispatches: () => [], backward: undefined };
  };
  const parameter = tensor("external", "parameter", 4);
  const nodes = [
    node("first", {}, { a }),
    node("dead", { a }, { b }),
    node("also dead", { b }, { c }),
    node("update", { a }, { parameter }),
  ];
  const live = (keep: Tensor[]): string[] => liveNodes(nodes, keep).map(({ label }) => label);
  assert.deepEqual(live([]), ["first", "update"]);
  assert.deepEqual(live([b]), ["first", "dead", "update"]);
});

test("a chain of equal tensors needs two slots, and what is kept is never reused", () => {
  const tensors = Array.from({ length: 10 }, (_, i) => tensor("slot", `t${i}`, 4));
  const nodes = tensors.slice(1).map(
    (output, i): Node => ({
      op: "step",
      label: `step ${i}`,
      scope: "",
      inputs: { x: tensors[i]! },
      outputs: { y: output },
      dispatches: () => [],
      backward: undefined,
    }),
  );
  assert.equal(assignSlots(usesOf(nodes), [tensors[9]!]).slotBytes.length, 2);
  const { slotOf, slotBytes } = assignSlots(usesOf(nodes), [tensors[2]!, tensors[9]!]);
  assert.equal(slotBytes.length, 3);
  const others = tensors.slice(3).map((other) => slotOf.get(other.storage));
  assert.ok(!others.includes(slotOf.get(tensors[2]!.storage)));
});
