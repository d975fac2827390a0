import type { Contest } from "../../gpu/contest.ts";
import { type Trial, type TrialOutput, tensorsOf } from "../../gpu/trial.ts";
import { storagesOf, type TrialTensor } from "../../gpu/trial_memory.ts";
import type { Candidate, TuneRequest } from "../../gpu/tuning.ts";
import { capacityOf } from "../../graph/scalar.ts";
import { bytesOf, type DType, Tensor } from "../../graph/tensor.ts";
import type { DeviceTraits } from "../../graph/trace.ts";
import { wholeQuads } from "../elements.ts";
import { normalDensity, normalDistribution } from "../normal_distribution.ts";
import { MOST_BYTES, toTrialLaunches } from "../trial_calls.ts";
import { type Question, questionOf, variantsOf } from "./choose.ts";
import type { CheckedWay } from "./families/family.ts";
import { packedShape } from "./families/subgroup.ts";
import { type Activation, type Layout, type MatmulCall, type MatmulSizes, type Problem, problemOf } from "./problem.ts";

/** What a product asks of the device before it chooses its kernels. */
export function matmulRequests(call: MatmulCall, device: DeviceTraits): readonly TuneRequest[] {
  const { key, timeKey, ways } = questionOf(call, device);
  if (key === "") return [];
  const candidates = Object.entries(ways).map(([name, way]) => candidateOf(name, way, call, device));
  return [{ key, timeKey, candidates, contest: () => contestOf(ways, call, device) }];
}

function candidateOf(name: string, way: CheckedWay, call: MatmulCall, device: DeviceTraits): Candidate {
  const launches = way.launches(problemOf(call), device);
  return {
    name,
    kernels: launches.map(({ kernel }) => kernel as string),
    checkKey: variantsOf(launches),
    check: () => checkOf(way, call, device),
  };
}

/** How far a right result may be off: a sum of up to some thousand products in f32, in any order. */
const TOLERANCE = 5e-5;

/** A trial of the call's kernels in the same variants, on a small problem with ragged edges, against sums in double precision. */
function checkOf(way: CheckedWay, call: MatmulCall, device: DeviceTraits): Trial {
  const { splits } = problemOf(call);
  const small = callOfSizes(way.checkSizes(problemOf(call), device), call);
  // A small problem would not be cut into parts by itself.
  const problem = { ...problemOf(small), splits: Math.min(splits, 2) };
  const kernelsOf = (each: Problem): string =>
    way
      .launches(each, device)
      .map(({ kernel }) => kernel)
      .join();
  // The parts of a small gradient may be added up by another kernel than those of a large one.
  const isAlike = kernelsOf(problem) === kernelsOf(problemOf(call));
  return {
    launches: toTrialLaunches(way.launches(isAlike ? problem : { ...problem, plain: undefined }, device)),
    outputs: outputsOf(small),
    tolerance: TOLERANCE,
  };
}

/** The product, or what its activation makes of it, and the gradient of a bias beside it. */
function outputsOf(call: MatmulCall): TrialOutput[] {
  const product: TrialOutput = { tensor: resultOf(call), expectedAt: (before) => plainElement(call, before) };
  if (!call.attributes.gradBias) return [product];
  return [product, { tensor: call.outputs.grad_bias, expectedAt: (before) => plainBiasElement(call, before) }];
}

function resultOf({ outputs, attributes }: MatmulCall): Tensor {
  return attributes.keepsProduct ? outputs.activated : outputs.y;
}

/** The most operations that a timed product does, and the least that it cuts a dynamic size down to. */
const MOST_OPERATIONS = 2 ** 33;
const FEWEST_ROWS = 64;
/** The largest size of a timed product, which only a vocabulary exceeds. */
const LARGEST_SIZE = 8192;
/** Cut sizes leave the same remainder by this, so that they are as easy or hard to load as the full ones. */
const GRAIN = 64;

/** The ways to compute the product at its own size. Sizes are cut down where the product is very large. */
function contestOf(ways: Question["ways"], call: MatmulCall, device: DeviceTraits): Contest {
  const { sizes, layout, splits } = problemOf(call);
  const launchesFor = (timed: MatmulCall) => Object.values(ways).flatMap((way) => way.launches({ ...problemOf(timed), splits }, device));
  const bytesFor = (cut: MatmulSizes<number>): number => {
    const storages = storagesOf(tensorsOf(toTrialLaunches(launchesFor(callOfSizes(cut, call, splits)))));
    return storages.reduce((sum, { bytes }) => sum + bytes, 0);
  };
  const full = { rows: capacityOf(sizes.rows), columns: capacityOf(sizes.columns), inner: capacityOf(sizes.inner) };
  const cut = fittingSizes(full, bytesFor);
  const dynamic = layout === "TN" ? "inner" : "rows";
  while (2 * cut.rows * cut.columns * cut.inner > MOST_OPERATIONS && cut[dynamic] >= 2 * FEWEST_ROWS) {
    cut[dynamic] = Math.ceil(cut[dynamic] / 2);
  }
  const timed = callOfSizes(cut, call, splits);
  const problem = { ...problemOf(timed), splits };
  const operations = 2 * cut.rows * cut.columns * cut.inner;
  const entrants = Object.entries(ways).map(([name, way]) => {
    const launches = toTrialLaunches(way.launches(problem, device), operations);
    return [name, { launches, tolerance: 10 * TOLERANCE, ownBits: way.ownBits ?? false }] as const;
  });
  return { outputs: outputsOf(timed), entrants: Object.fromEntries(entrants) };
}

/** Sizes that are at most LARGEST_SIZE, and of which all buffers together take no more than MOST_BYTES. */
export function fittingSizes(
  sizes: MatmulSizes<number>,
  bytesFor: (sizes: MatmulSizes<number>) => number,
): { rows: number; columns: number; inner: number } {
  const cut = { rows: sizes.rows, columns: sizes.columns, inner: sizes.inner };
  const largest = (): keyof typeof cut => (["rows", "columns", "inner"] as const).reduce((a, b) => (cut[b] > cut[a] ? b : a));
  while (cut[largest()] > LARGEST_SIZE || bytesFor(cut) > MOST_BYTES) {
    const name = largest();
    const size = Math.min(cut[name] / 2, LARGEST_SIZE);
    cut[name] = Math.floor((size - (cut[name] % GRAIN)) / GRAIN) * GRAIN + (cut[name] % GRAIN);
  }
  return cut;
}

/** A call like the given one for other sizes. Its results have one row more than kernels write, which must stay as it was. */
function callOfSizes(sizes: MatmulSizes<number>, like: MatmulCall, splits = 2): MatmulCall {
  const { rows, columns, inner } = sizes;
  const { layout, activation, keepsProduct, accumulate, gradBias } = like.attributes;
  const isPadded = like.attributes.valid !== undefined;
  const width = (size: number, of: Layout): number => (isPadded && layout === of ? wholeQuads(size) : size);
  const widthOfY = width(columns, "NT");
  const { bias, residual, onto, half } = like.inputs;
  const accumulates = onto !== undefined && accumulate !== 0;
  const resultWidth = activation === "swiglu" ? widthOfY / 2 : activation === "swiglu backward" ? 2 * widthOfY : widthOfY;
  const y = tensor("y", rows + 1, keepsProduct ? widthOfY : resultWidth);
  const grad_bias = tensor("grad_bias", gradBias?.of === "b" ? columns : rows);
  const addsBias = like.inputs.grad_bias_onto !== undefined && gradBias?.accumulate !== 0;
  return {
    inputs: {
      a: layout === "TN" ? tensor("a", inner, width(rows, "TN")) : tensor("a", rows, width(inner, "NN")),
      b: stored("b", like.inputs.b.dtype, ...(layout === "NT" ? [columns, inner] : [inner, columns])),
      bias: bias && tensor("bias", columns),
      residual: residual && tensor("residual", rows, widthOfY),
      onto: accumulates ? y : undefined,
      x: like.inputs.x && tensor("x", rows, resultWidth),
      half: half && halfTensor(columns * inner),
      grad_bias_onto: addsBias ? grad_bias : undefined,
    },
    outputs: {
      y,
      packed: tensor("packed", ...packedShape(sizes).map(capacityOf)),
      partials: tensor("partials", splits, rows, widthOfY),
      activated: tensor("activated", rows + 1, resultWidth),
      grad_bias,
      bias_partials: tensor("bias_partials", splits, grad_bias.size(0)),
    },
    attributes: {
      layout,
      activation,
      keepsProduct,
      accumulate: accumulates ? 1 : 0,
      gradBias: gradBias && { of: gradBias.of, accumulate: addsBias ? 1 : 0 },
      valid: isPadded ? { NT: columns, NN: inner, TN: rows }[layout] : undefined,
    },
  };
}

function tensor(label: string, ...shape: number[]): Tensor {
  return stored(label, "f32", ...shape);
}

function stored(label: string, dtype: DType, ...shape: number[]): Tensor {
  return new Tensor({ shape, dtype, storage: { kind: "slot", label, bytes: bytesOf({ shape, dtype }) } });
}

/** 16-bit values, two to a word. */
function halfTensor(elements: number): Tensor {
  const words = Math.ceil(elements / 2);
  return new Tensor({ shape: [words], dtype: "u32", storage: { kind: "slot", label: "half", bytes: words * 4 } });
}

const TERMS = ["bias", "residual", "onto", "x"] as const;

/** An element of the right result in double precision; the last row stays as it was. */
function plainElement(call: MatmulCall, before: (tensor: TrialTensor) => Float32Array): (at: number) => number {
  const { layout, activation } = call.attributes;
  const { sizes, strides, bindings } = problemOf(call);
  const { rows, columns, inner } = sizes as MatmulSizes<number>;
  const [strideOfA, strideOfY] = [strides.stride_of_a, strides.stride_of_y] as [number, number];
  const [left, right] = [before(bindings.a), before(bindings.b)];
  const [bias, residual, onto, x] = TERMS.map((name) => call.inputs[name] && before(call.inputs[name]));
  const [rowOfA, innerOfA] = layout === "TN" ? [1, strideOfA] : [strideOfA, 1];
  const [innerOfB, columnOfB] = layout === "NT" ? [1, inner] : [columns, 1];
  const untouched = before(resultOf(call));
  const width = resultOf(call).size(1);
  const sumAt = (row: number, column: number): number => {
    const place = row * strideOfY + column;
    let sum = (onto?.[place] ?? 0) + (bias?.[column] ?? 0) + (residual?.[place] ?? 0);
    for (let k = 0; k < inner; k += 1) sum += left[row * rowOfA + k * innerOfA]! * right[k * innerOfB + column * columnOfB]!;
    return sum;
  };
  return (at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    if (row >= rows) return untouched[at]!;
    if (activation === "swiglu") return silu(sumAt(row, column)) * sumAt(row, column + width);
    if (activation === "swiglu backward") {
      const [gate, up] = [x![row * width + (column % columns)]!, x![row * width + columns + (column % columns)]!];
      return sumAt(row, column % columns) * (column < columns ? up * siluSlope(gate) : silu(gate));
    }
    if (column >= columns) return 0;
    return activate(sumAt(row, column), activation, x?.[at]);
  };
}

/** An element of the right gradient of a bias in double precision: the sum of an operand along K. */
function plainBiasElement(call: MatmulCall, before: (tensor: TrialTensor) => Float32Array): (at: number) => number {
  const { sizes, strides, bindings } = problemOf(call);
  const { columns, inner } = sizes as MatmulSizes<number>;
  const [operand, stride] = call.attributes.gradBias!.of === "a" ? [bindings.a, strides.stride_of_a as number] : [bindings.b, columns];
  const values = before(operand);
  const onto = call.inputs.grad_bias_onto && before(call.inputs.grad_bias_onto);
  return (at) => {
    let sum = onto?.[at] ?? 0;
    for (let k = 0; k < inner; k += 1) sum += values[k * stride + at]!;
    return sum;
  };
}

/** As in lib/swiglu.wgsl. */
function silu(value: number): number {
  return value / (1 + Math.exp(-value));
}

function siluSlope(value: number): number {
  const s = 1 / (1 + Math.exp(-value));
  return s * (1 + value * (1 - s));
}

/** GELU, or a value times its slope, in either form as in lib/gelu.wgsl. */
function activate(value: number, activation: Activation | undefined, slopeAt = 0): number {
  switch (activation) {
    case "gelu":
      return value * sigmoidOfTanhForm(value);
    case "gelu backward": {
      const s = sigmoidOfTanhForm(slopeAt);
      return value * (s + slopeAt * s * (1 - s) * TWICE_SQRT_2_OVER_PI * (1 + 3 * 0.044715 * slopeAt ** 2));
    }
    case "gelu erf":
      return value * normalDistribution(value);
    case "gelu erf backward":
      return value * (normalDistribution(slopeAt) + slopeAt * normalDensity(slopeAt));
    default:
      return value;
  }
}

const TWICE_SQRT_2_OVER_PI = 2 * Math.sqrt(2 / Math.PI);

function sigmoidOfTanhForm(value: number): number {
  return 1 / (1 + Math.exp(-TWICE_SQRT_2_OVER_PI * (value + 0.044715 * value ** 3)));
}
