import type { Device } from "../../gpu/device.ts";
import { add } from "../../ops/add.ts";
import { embedding } from "../../ops/embedding.ts";
import { layerNorm } from "../../ops/layer_norm.ts";
import { rmsNormOp } from "../../ops/rms_norm.ts";
import { tokenStatistics } from "../../ops/token_statistics.ts";
import type { HostValue } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { measuresOf } from "../op_measures.ts";
import { addReference } from "../reference/add.ts";
import { embeddingReference } from "../reference/embedding.ts";
import { layerNormReference } from "../reference/layer_norm.ts";
import { rmsNormReference } from "../reference/rms_norm.ts";
import { tokenStatisticsReference } from "../reference/token_statistics.ts";
import { normal } from "../values.ts";
import type { ConformanceCase, ConformanceGroup } from "./case.ts";

/** A prime above the 65,535 workgroups that WebGPU grants a dimension, so that the grid is folded and its last row is not full. */
const ROWS = 65_539;
/** More values than such a grid of 64 lanes has, with one value to a lane. */
const VALUES = 65_536 * 64 + 129;

/** Numbers of -1 to 1 that are cheap to make and repeat late. */
function cheap(shape: readonly number[], seed: number): HostValue {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = new Float64Array(count);
  for (let i = 0; i < count; i += 1) data[i] = Math.fround((Math.imul(i + seed, 0x9e3779b1) >> 8) / 2 ** 23);
  return { shape, data };
}

function indices(rows: number, below: number): HostValue {
  return { shape: [rows], dtype: "u32", data: Float64Array.from({ length: rows }, (_, row) => (row * 7) % below) };
}

/** Made only when it runs, because the inputs take memory. */
const CASES: Readonly<Record<string, () => Omit<OpCase, "name" | "title">>> = {
  [`add over ${VALUES} values`]: () => ({
    tolerance: 2e-7,
    inputs: { a: cheap([VALUES, 1], 1), b: cheap([VALUES, 1], 2) },
    op: ({ a, b }) => ({ y: add(a!, b!) }),
    reference: addReference,
  }),
  [`embedding of ${VALUES} values`]: () => ({
    tolerance: 0,
    inputs: { tokens: indices(VALUES, 11), weight: normal([11, 1], 2) },
    op: ({ tokens, weight }) => ({ y: embedding(tokens!, weight!) }),
    reference: embeddingReference,
  }),
  [`rms_norm of ${ROWS} rows`]: () => ({
    tolerance: 2e-5,
    inputs: { x: cheap([ROWS, 3], 1), weight: normal([3], 2) },
    op: ({ x, weight }) => ({ y: rmsNormOp({ x: x!, weight: weight! }, { eps: 1e-5 }).y }),
    reference: (inputs) => ({ y: rmsNormReference(inputs, 1e-5).y }),
  }),
  [`layer_norm of ${ROWS} rows`]: () => ({
    tolerance: 2e-5,
    inputs: { x: cheap([ROWS, 5], 1), weight: normal([5], 2), bias: normal([5], 3) },
    op: ({ x, weight, bias }) => ({ y: layerNorm(x!, weight!, bias!, 1e-2) }),
    reference: (inputs) => layerNormReference(inputs, 1e-2),
  }),
  [`token_statistics of ${ROWS} rows`]: () => ({
    tolerance: 2e-5,
    inputs: { logits: cheap([ROWS, 131], 1), actions: indices(ROWS, 131) },
    op: ({ logits, actions }) => ({ statistics: tokenStatistics(logits!, actions!, { inverseTemperature: 1 }) }),
    reference: (inputs) => tokenStatisticsReference(inputs, 1),
  }),
};

function gridCase(name: string, make: () => Omit<OpCase, "name" | "title">): ConformanceCase {
  const [op, ...title] = name.split(" ");
  const complete = (): OpCase => ({ ...make(), name: op!, title: title.join(" ") });
  return {
    name,
    level: name.startsWith("token_statistics") || name.startsWith("layer_norm") ? "full" : "default",
    skip: (device) => tooSmall(device),
    run: ({ device }) => measuresOf(device, complete()),
  };
}

function tooSmall({ limits, name }: Device): string | undefined {
  const wanted = VALUES * 4;
  return limits.maxStorageBufferBindingSize < wanted ? `${name} binds fewer than ${wanted} bytes` : undefined;
}

export const gridsGroup: ConformanceGroup = {
  name: "grids",
  description: "more workgroups than 65,535, the most that WebGPU grants a dimension",
  cases: Object.entries(CASES).map(([name, make]) => gridCase(name, make)),
};
