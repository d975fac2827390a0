import type { HostArray } from "../gpu/buffer.ts";
import { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "../gpu/buffer.ts";
import type { Device } from "../gpu/device.ts";
import { type Own, withParts } from "../gpu/parts.ts";
import { relativeError } from "../gpu/relative_error.ts";
import { differentiate } from "../graph/differentiate.ts";
import { buildPlan } from "../graph/plan.ts";
import { capacityOf, type Dimension, runScalar } from "../graph/scalar.ts";
import { type DType, externalTensor, type Tensor } from "../graph/tensor.ts";
import { type GradientSink, input } from "../graph/trace.ts";
import { roundTo16 } from "../half_float.ts";
import { add } from "../ops/add.ts";
import { addOnto } from "../ops/add_onto.ts";
import { createRandom, type Random } from "../random.ts";

export { relativeError };

/** A value in double precision with its shape; integers are plain numbers too. Values of 16-bit types must be exact in them. */
export interface HostValue {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  readonly dtype?: DType;
}

/** Values by the name of an input or output. */
export type HostValues = Readonly<Record<string, HostValue>>;

/** One check of an op: inputs, the op as it is traced, and the same function in plain double precision. */
export interface OpCheck {
  readonly name: string;
  readonly inputs: HostValues;
  /** Inputs whose rows are dynamic: the plan is built for seven more rows than are given. */
  readonly dynamicRows?: readonly string[];
  /** Inputs that are parameters: their gradients are added onto sinks that hold numbers already. */
  readonly parameters?: readonly string[];
  readonly op: (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;
  readonly reference: (inputs: HostValues) => Readonly<Record<string, Float64Array>>;
  /** Float inputs whose gradients are compared with central differences of the reference; default none. */
  readonly gradients?: readonly string[];
  /** Gradients of the sum of weights times outputs by their formulas, where differences of so many values would take long. */
  readonly referenceGradients?: (
    inputs: HostValues,
    weights: Readonly<Record<string, Float64Array>>,
  ) => Readonly<Record<string, Float64Array>>;
  readonly seed?: number;
}

/** Largest relative errors by the name of the output. A gradient is called "grad_NAME". */
export type OpErrors = Readonly<Record<string, number>>;

/** One result of an op beside what it should be. */
export interface OpMeasurement {
  /** The output; a gradient is called "grad_NAME". */
  readonly name: string;
  readonly shape: readonly number[];
  /** With as many rows as the plan has room for. */
  readonly actual: HostArray;
  readonly expected: Float64Array;
}

/**
 * Runs an op on the GPU, in memory that was filled with NaN, and compares its results with the reference and its gradients
 * with the reference's, by central differences or by formulas, in double precision.
 */
export async function checkOp(device: Device, check: OpCheck): Promise<OpErrors> {
  const measured = await measureOp(device, check);
  return Object.fromEntries(measured.map(({ name, actual, expected }) => [name, relativeError(actual, expected)]));
}

/** The results of `checkOp` themselves. */
export async function measureOp(device: Device, check: OpCheck): Promise<OpMeasurement[]> {
  const random = createRandom(check.seed ?? 1);
  const expected = check.reference(check.inputs);
  const weights = Object.fromEntries(
    Object.entries(expected).map(([name, values]) => [name, Float64Array.from(values, () => random.normal())]),
  );
  const ran = await withParts((own) => runOnDevice(device, check, { expected, weights }, random, own));
  const outputs = Object.entries(expected).map(([name, values]) => ({
    name,
    shape: ran.shapes[name]!,
    actual: ran.outputs[name]!,
    expected: values,
  }));
  const gradients = (check.gradients ?? []).map((name) => ({
    name: `grad_${name}`,
    shape: check.inputs[name]!.shape,
    actual: ran.gradients[name]!,
    expected: check.referenceGradients?.(check.inputs, weights)[name] ?? differencesOf(check, name, weights),
  }));
  return [...outputs, ...gradients];
}

interface Ran {
  readonly shapes: Record<string, readonly number[]>;
  readonly outputs: Record<string, HostArray>;
  readonly gradients: Record<string, HostArray>;
}

interface Expected {
  readonly expected: Readonly<Record<string, Float64Array>>;
  readonly weights: Readonly<Record<string, Float64Array>>;
}

async function runOnDevice(device: Device, check: OpCheck, { expected, weights }: Expected, random: Random, own: Own): Promise<Ran> {
  const sinks = createSinks(device, check, random);
  for (const { sink } of sinks.values()) own({ destroy: () => destroyBuffer(device, sink.onto.storage.window!.buffer) });
  const rowCount = check.dynamicRows?.[0] ? check.inputs[check.dynamicRows[0]]!.shape[0]! : 0;
  const build = () => {
    const inputs = symbolicInputs(check, rowCount);
    const outputs = check.op(inputs);
    const wanted = (check.gradients ?? []).map((name) => inputs[name]!);
    if (wanted.length === 0) return { keep: Object.values(outputs), outputs, gradients: [] };
    const seeds = new Map(Object.keys(expected).map((name) => [outputs[name]!, input(`seed_${name}`, outputs[name]!.shape)]));
    const sinkMap = new Map([...sinks].map(([name, { sink }]) => [inputs[name]!, sink]));
    const found = differentiate({ seeds, sinks: sinkMap, wanted, add, addOnto });
    const gradients = wanted.map((tensor) => found.get(tensor)!);
    return { keep: [...Object.values(outputs), ...gradients], outputs, gradients };
  };
  const plan = own(await buildPlan(device, check.name, build));
  const uploads: Record<string, HostArray> = {};
  for (const [name, value] of Object.entries(check.inputs)) uploads[name] = toDevice(value);
  if (plan.result.gradients.length > 0) {
    for (const [name, values] of Object.entries(weights)) uploads[`seed_${name}`] = Float32Array.from(values);
  }
  plan.poison();
  plan.run({ scalars: { rows: rowCount }, inputs: uploads });
  const names = Object.keys(expected);
  const tensors = names.map((name) => plan.result.outputs[name]!);
  const outputs = await plan.read(tensors);
  const gradients: Record<string, HostArray> = {};
  for (const [i, name] of (check.gradients ?? []).entries()) {
    const sink = sinks.get(name);
    if (!sink) gradients[name] = (await plan.read([plan.result.gradients[i]!]))[0]!;
    else {
      const [bytes] = await readBuffers(device, [sink.sink.onto.storage.window!]);
      gradients[name] = new Float32Array(bytes!).map((value, at) => value - sink.start[at]!);
    }
  }
  return {
    shapes: Object.fromEntries(names.map((name, i) => [name, tensors[i]!.shape.map(capacityOf)])),
    outputs: Object.fromEntries(names.map((name, i) => [name, outputs[i]!])),
    gradients,
  };
}

function symbolicInputs(check: OpCheck, rowCount: number): Record<string, Tensor> {
  const rows = runScalar("rows", rowCount + 7);
  return Object.fromEntries(
    Object.entries(check.inputs).map(([name, value]) => {
      const dynamic = check.dynamicRows?.includes(name) ?? false;
      const shape: Dimension[] = dynamic ? [rows, ...value.shape.slice(1)] : [...value.shape];
      return [name, input(name, shape, value.dtype ?? "f32")];
    }),
  );
}

function createSinks(device: Device, check: OpCheck, random: Random): Map<string, { sink: GradientSink; start: Float32Array }> {
  const sinks = new Map<string, { sink: GradientSink; start: Float32Array }>();
  for (const name of check.parameters ?? []) {
    const { shape } = check.inputs[name]!;
    const start = Float32Array.from({ length: shape.reduce<number>((a, b) => a * capacityOf(b), 1) }, () => random.normal());
    const buffer = createBuffer(device, `sink ${name}`, start.byteLength);
    uploadBuffer(device, { buffer, offset: 0, size: buffer.size }, start);
    const onto = externalTensor(`grad ${name}`, { buffer, offset: 0, size: start.byteLength }, shape);
    sinks.set(name, { sink: { onto, accumulate: 1 }, start });
  }
  return sinks;
}

/** The values of an input as the GPU takes them. */
export function toDevice(value: HostValue): HostArray {
  if (value.dtype === "u32") return Uint32Array.from(value.data);
  if (value.dtype === "i32") return Int32Array.from(value.data);
  const floats = Float32Array.from(value.data);
  if (value.dtype !== "f16" && value.dtype !== "bf16") return floats;
  const words = new Uint32Array(Math.ceil(floats.length / 2));
  new Uint16Array(words.buffer).set(roundTo16(floats, value.dtype));
  return words;
}

type KnownDifferences = Map<string, { readonly reference: OpCheck["reference"]; readonly differences: Float64Array }>;

/** Checks that share their inputs and reference differ in kernels alone, so that differences of many values are computed for the first. */
const known = new WeakMap<HostValues, KnownDifferences>();

function differencesOf(check: OpCheck, name: string, weights: Readonly<Record<string, Float64Array>>): Float64Array {
  const { inputs, reference, seed = 1 } = check;
  const ofInputs: KnownDifferences = known.get(inputs) ?? new Map();
  known.set(inputs, ofInputs);
  const key = `${name} with seed ${seed}`;
  const found = ofInputs.get(key);
  if (found?.reference === reference) return found.differences;
  const differences = finiteDifferences(check, name, weights);
  ofInputs.set(key, { reference, differences });
  return differences;
}

/** d/dx of sum(weights * outputs) by central differences of the double-precision reference. */
function finiteDifferences(check: OpCheck, name: string, weights: Readonly<Record<string, Float64Array>>): Float64Array {
  const value = check.inputs[name]!;
  const data = new Float64Array(value.data);
  const inputs = { ...check.inputs, [name]: { ...value, data } };
  const objective = (): number => {
    const outputs = check.reference(inputs);
    let total = 0;
    for (const [output, values] of Object.entries(outputs)) {
      const weight = weights[output]!;
      for (let i = 0; i < values.length; i += 1) total += values[i]! * weight[i]!;
    }
    return total;
  };
  const step = 1e-4;
  return Float64Array.from(value.data, (x, i) => {
    data[i] = x + step;
    const above = objective();
    data[i] = x - step;
    const below = objective();
    data[i] = x;
    return (above - below) / (2 * step);
  });
}
