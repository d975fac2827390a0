/**
 * What a cost model predicts for kernels as they are planned, before any of them ran on a GPU: workgroups, registers, memory latency,
 * multiply-add and memory rates of each adapter. It is good to a factor of 1.5 for products and of 2 to 3 for the rest.
 */
export interface Prediction {
  /** What part of an adapter's name tells that the numbers are about it. */
  readonly adapter: RegExp;
  readonly name: string;
  /** GPU milliseconds of a training step of a shape. */
  readonly step: Readonly<Record<"S" | "M" | "L" | "Qwen", number>>;
  /** Milliseconds for a token of this many sequences of the shape Qwen at some 512 positions. */
  readonly decode: Readonly<Partial<Record<1 | 8 | 64, number>>>;
  /** TFLOP/s of large products in f32: lowest and highest. */
  readonly matmul: readonly [number, number];
}

const H100: Prediction = {
  adapter: /H100/i,
  name: "H100",
  step: { S: 0.9, M: 2.6, L: 60, Qwen: 470 },
  decode: { 1: 1.5, 8: 1.5, 64: 2.5 },
  matmul: [36, 42],
};

const PREDICTIONS: readonly Prediction[] = [
  H100,
  // The same cores beside faster memory: what memory decides was not predicted for it.
  { ...H100, adapter: /H200/i, name: "H200", decode: {} },
  {
    adapter: /4070/,
    name: "RTX 4070",
    step: { S: 0.8, M: 2.9, L: 105, Qwen: 850 },
    decode: { 1: 4.7, 8: 4.7, 64: 6.5 },
    matmul: [20, 22],
  },
  {
    adapter: /\bM2\b/,
    name: "Apple M2",
    step: { S: 4.5, M: 18, L: 720, Qwen: 5600 },
    decode: { 1: 24, 8: 24, 64: 30 },
    matmul: [2.4, 2.6],
  },
];

/** The prediction for an adapter, where there is one. */
export function predictionFor(adapter: string): Prediction | undefined {
  return PREDICTIONS.find((prediction) => prediction.adapter.test(adapter));
}
