/** What every peer computes: shapes, initial weights and tokens, as files that any language reads. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRandom } from "../../src/random.ts";

/** The product y = a b of square matrices. */
export interface MatmulWorkload {
  readonly kind: "matmul";
  readonly name: string;
  readonly size: number;
}

/** A training step of a GPT-2: forward, mean cross-entropy of all tokens, backward, AdamW. The head is a matrix of its own. */
export interface TransformerWorkload {
  readonly kind: "transformer";
  readonly name: string;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly vocabulary: number;
  readonly length: number;
  readonly batch: number;
}

export type Workload = MatmulWorkload | TransformerWorkload;

export const workloads: readonly Workload[] = [
  { kind: "matmul", name: "matmul-512", size: 512 },
  { kind: "matmul", name: "matmul-1024", size: 1024 },
  { kind: "transformer", name: "S", layers: 4, width: 128, heads: 4, vocabulary: 64, length: 64, batch: 16 },
  { kind: "transformer", name: "M", layers: 6, width: 256, heads: 8, vocabulary: 64, length: 128, batch: 8 },
  { kind: "transformer", name: "L", layers: 12, width: 768, heads: 12, vocabulary: 50257, length: 512, batch: 4 },
];

export const OPTIMIZER = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 } as const;
export const LAYER_NORM_EPSILON = 1e-5;

/** Losses are compared over this many steps, each with a batch of its own; later steps take the same batches again. */
export const BATCHES = 8;

type Kind = "float32" | "int32";

interface ArrayEntry {
  readonly name: string;
  readonly file: string;
  readonly dtype: Kind;
  readonly shape: readonly number[];
}

interface Index {
  readonly workload: Workload;
  readonly optimizer: typeof OPTIMIZER;
  readonly layerNormEpsilon: number;
  readonly batches: number;
  readonly arrays: readonly ArrayEntry[];
}

/** An array of a workload. */
export interface WorkloadArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Writes index.json and one raw little-endian file per array. */
export function writeWorkload(folder: string, workload: Workload): void {
  mkdirSync(folder, { recursive: true });
  const arrays: ArrayEntry[] = [];
  const write = (name: string, dtype: Kind, shape: readonly number[], data: Float32Array | Int32Array): void => {
    const file = `${arrays.length}.bin`;
    writeFileSync(join(folder, file), new Uint8Array(data.buffer));
    arrays.push({ name, file, dtype, shape });
  };
  if (workload.kind === "matmul") {
    const shape = [workload.size, workload.size];
    write("a", "float32", shape, normal(shape, 1, 1));
    write("b", "float32", shape, normal(shape, 2, 1));
  } else {
    const { batch, length } = workload;
    parametersOf(workload).forEach(({ name, shape, std, fill }, i) => {
      write(name, "float32", shape, std === undefined ? new Float32Array(elements(shape)).fill(fill) : normal(shape, 100 + i, std));
    });
    write("tokens", "int32", [BATCHES, batch, length + 1], tokensOf(workload));
  }
  const index: Index = { workload, optimizer: OPTIMIZER, layerNormEpsilon: LAYER_NORM_EPSILON, batches: BATCHES, arrays };
  writeFileSync(join(folder, "index.json"), JSON.stringify(index));
}

/** A workload's files. */
export interface WorkloadFolder {
  readonly workload: Workload;
  /** All arrays of numbers: the parameters under GPT-2's checkpoint names, or the two matrices. */
  floats(): WorkloadArray[];
  /** Batch `step` of a transformer: inputs and targets [batch * length]. */
  batch(step: number): { readonly tokens: Int32Array<ArrayBuffer>; readonly targets: Int32Array<ArrayBuffer> };
}

export function readWorkload(folder: string): WorkloadFolder {
  const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as Index;
  const bytesOf = (file: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, file))).buffer;
  const tokens = index.arrays.filter(({ dtype }) => dtype === "int32").map(({ file }) => new Int32Array(bytesOf(file)))[0];
  return {
    workload: index.workload,
    floats: () =>
      index.arrays
        .filter(({ dtype }) => dtype === "float32")
        .map(({ name, shape, file }) => ({ name, shape, data: new Float32Array(bytesOf(file)) })),
    batch: (step) => {
      if (index.workload.kind !== "transformer" || !tokens) throw new Error(`${index.workload.name} has no batches`);
      const { batch, length } = index.workload;
      const inputs = new Int32Array(batch * length);
      const targets = new Int32Array(batch * length);
      for (let sequence = 0; sequence < batch; sequence += 1) {
        const begin = ((step % BATCHES) * batch + sequence) * (length + 1);
        inputs.set(tokens.subarray(begin, begin + length), sequence * length);
        targets.set(tokens.subarray(begin + 1, begin + length + 1), sequence * length);
      }
      return { tokens: inputs, targets };
    },
  };
}

/** What a rate counts: the floating point operations of a product, or the tokens of a training step. */
export function unitsOf(workload: Workload): { readonly count: number; readonly unit: "GFLOP/s" | "tokens/s" } {
  return workload.kind === "matmul"
    ? { count: (2 * workload.size ** 3) / 1e9, unit: "GFLOP/s" }
    : { count: workload.batch * workload.length, unit: "tokens/s" };
}

interface ParameterPlan {
  readonly name: string;
  readonly shape: readonly number[];
  /** Standard deviation of normal values; if undefined, all values are `fill`. */
  readonly std?: number;
  readonly fill: number;
}

/** GPT-2's names and layouts: matrices of blocks are [in, out], the head [out, in]. Biases are not zero, so that forgetting one shows. */
function parametersOf({ layers, width, vocabulary, length }: TransformerWorkload): ParameterPlan[] {
  const random = (name: string, shape: readonly number[], std: number): ParameterPlan => ({ name, shape, std, fill: 0 });
  const norm = (name: string): ParameterPlan[] => [
    { name: `${name}.weight`, shape: [width], fill: 1 },
    random(`${name}.bias`, [width], 0.02),
  ];
  const linear = (name: string, from: number, to: number, std: number): ParameterPlan[] => [
    random(`${name}.weight`, [from, to], std),
    random(`${name}.bias`, [to], 0.02),
  ];
  const residual = 0.02 / Math.sqrt(2 * layers);
  const block = (prefix: string): ParameterPlan[] => [
    ...norm(`${prefix}.ln_1`),
    ...linear(`${prefix}.attn.c_attn`, width, 3 * width, 0.02),
    ...linear(`${prefix}.attn.c_proj`, width, width, residual),
    ...norm(`${prefix}.ln_2`),
    ...linear(`${prefix}.mlp.c_fc`, width, 4 * width, 0.02),
    ...linear(`${prefix}.mlp.c_proj`, 4 * width, width, residual),
  ];
  return [
    random("transformer.wte.weight", [vocabulary, width], 0.02),
    random("transformer.wpe.weight", [length, width], 0.02),
    ...Array.from({ length: layers }, (_, i) => block(`transformer.h.${i}`)).flat(),
    ...norm("transformer.ln_f"),
    random("lm_head.weight", [vocabulary, width], 0.02),
  ];
}

/** A rule that a model can learn, with noise: losses fall within eight steps, so that a wrong gradient shows. */
function tokensOf({ vocabulary, batch, length }: TransformerWorkload): Int32Array<ArrayBuffer> {
  const random = createRandom(7);
  const data = new Int32Array(BATCHES * batch * (length + 1));
  for (let i = 0; i < data.length; i += 1) {
    const follows = i % (length + 1) > 0 && random.uniform() < 0.75;
    data[i] = follows ? (5 * data[i - 1]! + 3) % vocabulary : random.integer(vocabulary);
  }
  return data;
}

function normal(shape: readonly number[], seed: number, std: number): Float32Array<ArrayBuffer> {
  const random = createRandom(seed);
  const data = new Float32Array(elements(shape));
  for (let i = 0; i < data.length; i += 1) data[i] = random.normal() * std;
  return data;
}

function elements(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
