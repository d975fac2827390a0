import type { Device } from "../../gpu/device.ts";
import { evaluate } from "../../graph/plan.ts";
import { input } from "../../graph/trace.ts";
import { TILES } from "../../ops/matmul/families/tiled.ts";
import { type Layout, type MatmulOptions, matmul } from "../../ops/matmul/op.ts";
import { measureOp } from "../check_op.ts";
import type { OpCase } from "../op_case.ts";
import { detailsOf, measuresOf, titleOf } from "../op_measures.ts";
import { opCases } from "../ops/index.ts";
import { FAMILIES, type MatmulShape, operands } from "../ops/matmul.ts";
import { matmulReference } from "../reference/matmul.ts";
import { runCase, TOLERANCES } from "../verify_case.ts";
import { type Bench, type ConformanceCase, type ConformanceGroup, type DeviceWish, type Measure, measure, sameBits } from "./case.ts";
import { decodeCase } from "./decode.ts";
import { measuresOfCase, type StoredCase } from "./oracle.ts";

/** A product of one family or tile. */
export async function multiply(
  device: Device,
  layout: Layout,
  shape: MatmulShape,
  options: Omit<MatmulOptions, "layout">,
): Promise<Float32Array> {
  const { a, b } = operands(layout, shape);
  const build = () => [matmul(input("a", a.shape), input("b", b.shape), { layout, ...options })];
  const [y] = await evaluate(device, build, { inputs: { a: Float32Array.from(a.data), b: Float32Array.from(b.data) } });
  return y as Float32Array;
}

const LAYOUTS: readonly Layout[] = ["NN", "NT", "TN"];
const NAMES = Object.keys(TILES);
/** The tile that others are compared with. */
const REFERENCE_TILE = "16x64x32";

/** Every tile must give the same bits as any other, because tuning chooses among them by speed. */
function tileCase(name: string, layout: Layout): ConformanceCase {
  const { height, width, step, blockHeight, blockWidth } = TILES[name]!;
  const index = NAMES.indexOf(name);
  // One layout and divisibility each, since a variant takes a second to compile.
  const ragged = index % 2;
  const shape = [height + 4 - ragged, width + 8 - ragged, 2 * step + 4 - ragged] as const;
  return {
    name: `tile ${name} in ${layout}: right beyond its edges and bit-equal to ${REFERENCE_TILE}`,
    level: LAYOUTS[index % 3] === layout ? "default" : "full",
    skip: ({ limits }) =>
      (height * width) / (blockHeight * blockWidth) > limits.maxComputeInvocationsPerWorkgroup
        ? "the device's workgroups are smaller than the tile"
        : undefined,
    details: { shape: shape.join(" x ") },
    run: async ({ device }) => {
      const y = await multiply(device, layout, shape, { family: "tiled", tile: name });
      const plain = await multiply(device, layout, shape, { family: "tiled", tile: REFERENCE_TILE });
      const expected = matmulReference(operands(layout, shape), layout).y;
      const outcome = { actual: y, expected, shape: shape.slice(0, 2) };
      return [measure("y", outcome, 1e-5), sameBits("bits", y, plain, shape.slice(0, 2))];
    },
  };
}

export const tileCases: readonly ConformanceCase[] = NAMES.flatMap((name) => LAYOUTS.map((layout) => tileCase(name, layout)));

/** Families may differ in the order of their sums; whether they do is written down. */
const families: ConformanceCase = {
  name: "families of products agree",
  level: "default",
  run: async ({ device, note }) => {
    const shape = [37, 41, 96] as const;
    const wanted = FAMILIES.filter((family) => family !== "subgroup" || device.subgroups);
    const products = await Promise.all(wanted.map((family) => multiply(device, "NT", shape, { family })));
    const [first, ...others] = products;
    const equal = others.every((product) => sameBits("y", product, first!).error === 0);
    note("products of different families", equal ? "the same bits" : "different last bits");
    return others.map((actual, i) => measure(`${wanted[i + 1]} and ${wanted[0]}`, { actual, expected: first!, shape: [37, 41] }, 1e-5));
  },
};

/** Whether an op's results have the same bits on a device that was opened in another way. */
async function bitsOn(device: Device, other: Device, { gradients: _, ...forward }: OpCase): Promise<Measure[]> {
  const [plain, changed] = [await measureOp(device, forward), await measureOp(other, forward)];
  return changed.map(({ name, actual, shape }, i) =>
    sameBits(name, Float32Array.from(actual), Float32Array.from(plain[i]!.actual), shape.length > 0 ? shape : [actual.length]),
  );
}

/** One case of each of some ops with parameters of every type. */
const WITH_PARAMETERS = [
  "add",
  "rms_norm",
  "embedding",
  "matmul",
  "token_loss",
  "adamw",
  "next_token",
  "causal_attention",
  "decode_attention",
] as const;

const uniforms = WITH_PARAMETERS.map((op): ConformanceCase => {
  const one = opCases[op].find(({ quick, needsSubgroups }) => quick && !needsSubgroups)!;
  return {
    name: `uniforms instead of immediates: ${titleOf(one)}`,
    level: "default",
    skip: ({ immediates }) => (immediates ? undefined : "the device has no immediates and uses uniforms throughout"),
    details: detailsOf(one),
    run: async ({ device, open }) => bitsOn(device, await open({ immediates: false }), one),
  };
});

const plainRows = (["rms_norm", "token_statistics", "causal_attention", "matmul", "next_token"] as const).map((op): ConformanceCase => {
  const one = opCases[op].find(({ quick, needsSubgroups }) => quick && !needsSubgroups)!;
  const wish: DeviceWish = { subgroups: false };
  return {
    name: `without subgroups: ${titleOf(one)}`,
    level: op === "causal_attention" ? "full" : "default",
    skip: ({ subgroups }) => (subgroups ? undefined : "the device works without subgroups throughout"),
    details: detailsOf(one),
    run: async ({ open }) => measuresOf(await open(wish), one),
  };
});

/** The smallest chunk of logits is 64 rows, and the stored cases have more. */
function chunks(stored: StoredCase): ConformanceCase {
  return {
    name: `logits in chunks of 64 rows: ${stored.name}`,
    level: "default",
    run: async ({ device }: Bench) => measuresOfCase(await runCase(device, stored.build(), { ...stored, chunkBytes: 1 }), stored),
  };
}

/** 16-bit floats have 11 bits: 5e-4 a value. */
const ROUNDED = { logits: TOLERANCES.logits, grad: 5e-3 };

function halfActivations(stored: StoredCase): ConformanceCase {
  return {
    name: `activations in 16 bits: ${stored.name}`,
    level: "default",
    run: async ({ device }: Bench) =>
      measuresOfCase(await runCase(device, stored.build(), { ...stored, activations: "f16" }), stored, ROUNDED),
  };
}

export function pathsGroup(stored: readonly StoredCase[]): ConformanceGroup {
  const known = stored.filter(({ expected }) => expected);
  return {
    name: "paths",
    description: "every faster way beside the plain one: tiles, families, chunks, 16 bits, uniforms, decoding through the cache",
    cases: [
      ...tileCases,
      families,
      ...uniforms,
      ...plainRows,
      ...known.map(chunks),
      ...known.map(halfActivations),
      ...known.map(decodeCase),
    ],
  };
}
