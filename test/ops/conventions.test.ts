import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { type ControllerFactory, controllers } from "../../src/control/index.ts";
import { prepareKernel } from "../../src/gpu/kernel.ts";
import type { KernelVariant } from "../../src/gpu/link.ts";
import { ops, type RegisteredOp } from "../../src/ops/index.ts";
import { titleOf } from "../../src/testing/op_measures.ts";
import { opCases } from "../../src/testing/ops/index.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

const folder = new URL("../../shaders/", import.meta.url);
const shaders = Object.fromEntries(
  readdirSync(folder, { recursive: true })
    .map((path) => String(path).replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".wgsl"))
    .map((path) => [path.slice(0, -".wgsl".length), readFileSync(new URL(path, folder), "utf8")]),
);
const kernels = Object.keys(shaders).filter((id) => !id.startsWith("lib/") && !id.startsWith("loss/"));

/**
 * N packed rows, S sequences, C hidden, H heads, K kv-heads, D head_dim, F intermediate, V vocabulary, B blocks, P positions,
 * E elements of a flat buffer of parameters, L tokens of a completion at most, or weights of a channel, G classes of tokens, R the rank of
 * an adapter of T parts; a cache has T places. In products M, N and K are what formulas call them, and B is parts of K.
 */
const LEGEND = new Set("NSCHKDFVBPEMLGRT");

/** Values at which kernels with constants of their own are compiled here. A constant without a value fails its kernel's test. */
const CONSTANTS: Readonly<Record<string, readonly number[]>> = {
  HEAD_ELEMENTS: [5, 8],
  ROTARY_ELEMENTS: [2, 4],
  HEADS: [3],
  // The smallest tile there can be: it compiles soonest, and matmul_tiled.test.ts and the cases of matmul have all that are used.
  TILE_HEIGHT: [4],
  TILE_WIDTH: [4],
  STEP: [4],
  BLOCK_HEIGHT: [4],
  BLOCK_WIDTH: [4],
  K_LANES: [32],
  MATRIX_HEIGHT: [8, 16],
  MATRIX_WIDTH: [16],
  MATRIX_DEPTH: [8],
  TILE_ROWS: [4, 8],
  QUADS: [1, 2, 4],
  CHUNKS: [1, 4],
  MOST_ROWS: [32],
  TERMS: [0, 7],
  TAPS: [1, 3],
  DIGIT_BITS: [8],
  PER_LANE: [3],
  ROW_LANES: [8],
  // A small tile of attention (lib/head_tile), with a slice that does and one that does not hold a head.
  ROWS: [8],
  ACROSS: [8],
  SLICE: [1, 2],
  TILE_VECTORS: [2],
  WINDOW: [3],
  CAP: [50],
  // A head vector for an invocation, and for eight of them.
  TEAM: [1, 8],
  // A lane for a head in decoding, and two.
  HEAD_LANES: [1, 2],
  ROW_HEADS: [1, 4],
};

/**
 * How lanes share a row, and whether matrix instructions are emulated, which only their own test does. The tests give these their values
 * themselves, where they do not open a device.
 */
const OF_THE_DEVICE = new Set(["SUBGROUPS", "SEVERAL_SUBGROUPS", "LANES", "SUBGROUP_LANES", "EMULATED"]);

/** Conditions of which exactly one holds. */
const EXCLUSIVE: readonly (readonly string[])[] = [
  ["NN", "NT", "TN"],
  ["WHOLE", "PARTED", "FILTERED"],
];

/** Conditions of which at most one holds. */
const CONFLICTING: readonly (readonly string[])[] = [
  ["SUM_A", "SUM_B", "GELU", "GELU_BACKWARD", "SWIGLU", "SWIGLU_BACKWARD"],
  ["PAIRED", "GELU", "GELU_BACKWARD", "SWIGLU_BACKWARD"],
  ["SUM_A", "SUM_B", "HALF_B"],
  ["F16", "BF16"],
  ["F16", "TN"],
];

/** Conditions that mean something only beside another one, or beside one of two. */
const DEPENDENT: Readonly<Record<string, string>> = {
  ...{ BF16: "HALF_B", HALF_CACHE: "VEC4", PADDED: "VEC4", SUM_A: "TN", SUM_B: "TN", F16: "HALF_B" },
  ...{ THREE: "TWO", FOUR: "THREE", PENALTY: "ADJUSTED", HISTOGRAM: "FILTERED" },
  ...{ KEPT: "GELU SWIGLU", ERF: "GELU GELU_BACKWARD", SWIGLU: "WIDE_Y", SWIGLU_BACKWARD: "WIDE_Y", PAIRED: "NT" },
};

type Choices = Required<Omit<KernelVariant, "manyRegisters">>;

/** Every combination of a kernel's conditions, constants and modules, those of the files that it imports included. */
function variantsOf(id: string): KernelVariant[] {
  const text = withImports(id, new Set());
  const conditions = [...text.matchAll(/@(?:if|elif)\(([^)]*)\)/g)].flatMap(([, condition]) => condition!.match(/\w+/g) ?? []);
  const constants = [...text.matchAll(/import constants::(?:(\w+)|\{([^}]*)\})/g)].flatMap(
    ([, one, many]) => (one ?? many)!.match(/\w+/g) ?? [],
  );
  const names = new Set(conditions);
  let variants: Choices[] = [{ conditions: {}, constants: {}, modules: {} }];
  for (const name of names) {
    if (OF_THE_DEVICE.has(name)) continue;
    variants = variants.flatMap((known) =>
      [true, false].map((value) => ({ ...known, conditions: { ...known.conditions, [name]: value } })),
    );
  }
  for (const name of new Set(constants)) {
    if (OF_THE_DEVICE.has(name)) continue;
    assert.ok(CONSTANTS[name], `${id} imports constants::${name}; give values of it in CONSTANTS`);
    variants = variants.flatMap((known) =>
      CONSTANTS[name]!.map((value) => ({ ...known, constants: { ...known.constants, [name]: value } })),
    );
  }
  for (const [, name] of text.matchAll(/import package::(?!lib\b)(\w+)::/g)) {
    const modules = Object.keys(shaders).filter((module) => module.startsWith(`${name}/`));
    variants = variants.flatMap((known) => modules.map((module) => ({ ...known, modules: { ...known.modules, [name!]: module } })));
  }
  const isMeant = ({ conditions }: Choices): boolean =>
    Object.entries(DEPENDENT).every(([name, others]) => {
      const known = others.split(" ").filter((other) => names.has(other));
      return !conditions[name] || known.length === 0 || known.some((other) => conditions[other]);
    }) && CONFLICTING.every((group) => group.filter((name) => conditions[name]).length <= 1);
  return variants
    .filter(isMeant)
    .filter(({ conditions }) =>
      EXCLUSIVE.every((group) => !group.some((name) => names.has(name)) || group.filter((name) => conditions[name]).length === 1),
    );
}

function withImports(id: string, seen: Set<string>): string {
  if (seen.has(id)) return "";
  seen.add(id);
  const text = shaders[id]!;
  const imported = [...text.matchAll(/import package::lib::(\w+)/g)].map(([, name]) => withImports(`lib/${name}`, seen));
  return [text, ...imported].join("\n");
}

/** The variants whose text is compiled: all, or of thousands every seventh, and those in which each pair of choices occurs first. */
function manyOf(variants: readonly KernelVariant[]): KernelVariant[] {
  if (variants.length <= 1000) return [...variants];
  const pairs = new Set(coveringPairs(variants));
  return variants.filter((variant, i) => i % 7 === 0 || pairs.has(variant));
}

/**
 * A few variants in which every pair of choices occurs that occurs in any. Pipelines of all would take minutes, and the text of many more is
 * compiled below.
 */
function coveringPairs(variants: readonly KernelVariant[]): KernelVariant[] {
  const seen = new Set<string>();
  return variants.filter(({ conditions, constants, modules }) => {
    const choices = Object.entries({ ...conditions, ...constants, ...modules }).map(([name, value]) => `${name} ${value}`);
    const pairs = choices.flatMap((one) => choices.map((other) => `${one}, ${other}`));
    const isNew = seen.size === 0 || pairs.some((pair) => !seen.has(pair));
    for (const pair of pairs) seen.add(pair);
    return isNew;
  });
}

/** A kernel family for devices with subgroups alone: it uses them and has no other way. */
function needsSubgroups(id: string): boolean {
  const text = withImports(id, new Set());
  return /\bsubgroup[A-Z]\w*\(/.test(text) && !text.includes("SUBGROUPS");
}

/** An experimental feature that no adapter has unasked; test/gpu/subgroup_matrix.test.ts compiles its kernel. */
function needsMatrices(id: string): boolean {
  return shaders[id]!.includes("enable chromium_experimental_subgroup_matrix;");
}

for (const id of Object.keys(shaders)) {
  test(`${id} opens with what it computes`, () => assert.match(shaders[id]!, /^\/\/ \S/));
}

for (const id of kernels) {
  test(`${id}: at most 8 bindings, in the order inputs and then outputs, each with its shape`, async () => {
    for (const variant of manyOf(variantsOf(id))) {
      const { bindings } = await prepareKernel(
        { lanes: 32, subgroups: false, askedSizes: { forOperations: undefined, forRegisters: undefined }, immediates: true, shaders },
        id,
        variant,
      );
      assert.ok(bindings.length >= 1 && bindings.length <= 8, `${bindings.length} bindings`);
      for (const { name, shape } of bindings) {
        const letters = shape.match(/[A-Za-z_]+/g) ?? [];
        assert.match(shape, /^\[.+\]$/, `binding ${name} has no shape comment`);
        for (const letter of letters) assert.ok(LEGEND.has(letter), `binding ${name} ${shape}: ${letter} is not in the legend`);
      }
      const accesses = bindings.map((binding) => binding.access);
      assert.deepEqual(accesses, [...accesses].sort(), "read-only bindings come first");
    }
  });

  test(`${id} compiles on ${device.name}, in every pair of choices`, async (t) => {
    if (needsMatrices(id)) return t.skip("it needs subgroup matrices");
    if (needsSubgroups(id) && !device.subgroups) return t.skip(`${device.name} was opened without subgroups`);
    const compiled = new Set<string>();
    for (const variant of coveringPairs(variantsOf(id))) {
      // Conditions that mean something only together give the same text twice.
      const { wgsl } = await prepareKernel({ ...device, shaders }, id, variant);
      if (!compiled.has(wgsl)) await device.kernel(id, variant);
      compiled.add(wgsl);
    }
  });

  test(`${id} compiles with and without subgroups, at 4, 32 and 128 lanes`, async (t) => {
    if (needsMatrices(id)) return t.skip("it needs subgroup matrices");
    const all = manyOf(variantsOf(id));
    const pairs = coveringPairs(all);
    const compiled = new Set<string>();
    for (const variant of all) {
      for (const subgroups of [true, false]) {
        if (subgroups ? !device.subgroups : needsSubgroups(id)) continue;
        // At the least and the most lanes every pair of choices is compiled.
        for (const lanes of pairs.includes(variant) ? [4, 32, 128] : [32]) {
          const { wgsl } = await prepareKernel({ ...device, lanes, subgroups, shaders }, id, variant);
          if (compiled.has(wgsl)) continue;
          compiled.add(wgsl);
          const where = `${id} ${JSON.stringify(variant)}, ${lanes} lanes, subgroups ${subgroups}`;
          assert.deepEqual(await compilerErrors(wgsl), [], where);
        }
      }
      if (!device.subgroups || !withImports(id, new Set()).includes("SEVERAL_SUBGROUPS")) continue;
      const wide = {
        ...variant,
        constants: { ...variant.constants, LANES: 256 },
        conditions: { ...variant.conditions, SEVERAL_SUBGROUPS: true },
      };
      const { wgsl } = await prepareKernel({ ...device, lanes: 32, subgroups: true, shaders }, id, wide);
      assert.deepEqual(await compilerErrors(wgsl), [], `${id} ${JSON.stringify(wide)}, eight subgroups of 32 lanes`);
    }
  });
}

async function compilerErrors(code: string): Promise<string[]> {
  device.gpu.pushErrorScope("validation");
  const module = device.gpu.createShaderModule({ code });
  await device.gpu.popErrorScope();
  const { messages } = await module.getCompilationInfo();
  return messages.filter(({ type }) => type === "error").map(({ lineNum, message }) => `line ${lineNum}: ${message}`);
}

test("a kernel that does not compile would be noticed", async () => {
  assert.deepEqual((await compilerErrors("fn f() { let x: u32 = 1.5; }")).length, 1);
});

for (const [name, { op, kernels: launched }] of Object.entries<RegisteredOp>(ops)) {
  test(`${name} has its name, its kernels, a reference, cases and a test`, () => {
    assert.equal(op.definition.name, name);
    for (const id of launched) assert.ok(kernels.includes(id), `shaders/${id}.wgsl is missing`);
    const reference = new URL(`../../src/testing/reference/${name}.ts`, import.meta.url);
    assert.ok(existsSync(reference), `src/testing/reference/${name}.ts is missing`);
    assert.match(readFileSync(reference, "utf8"), new RegExp(`export function ${camelCase(name)}Reference\\b`));
    const [cases, checks] = [`../../src/testing/ops/${name}.ts`, `${name}.test.ts`].map((path) => new URL(path, import.meta.url));
    assert.ok(existsSync(cases!), `src/testing/ops/${name}.ts is missing`);
    assert.match(readFileSync(cases!, "utf8"), new RegExp(`${camelCase(name)}Reference\\b`), "the cases do not use the reference");
    assert.ok(existsSync(checks!), `test/ops/${name}.test.ts is missing`);
    assert.match(
      readFileSync(checks!, "utf8"),
      new RegExp(`testCases\\(device, ${camelCase(name)}Cases\\)`),
      "the test does not run the cases",
    );
  });
}

function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

test("cases have names of their own that the command line can take", () => {
  const names = Object.values(opCases).flat().map(titleOf);
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i || name.includes(",")),
    [],
  );
  for (const [name, cases] of Object.entries(opCases)) {
    assert.ok(
      cases.some(({ quick, needsSubgroups }) => quick && !needsSubgroups),
      `${name} has no case for verify --quick`,
    );
  }
});

test("cases that no op's own test runs, because only GPUs take their kernels, have one of their own", () => {
  const folder = new URL(".", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.includes("_for_gpus.test."));
  const text = files.map((name) => readFileSync(new URL(name, folder), "utf8")).join("\n");
  for (const [name, cases] of Object.entries(opCases)) {
    if (!cases.some(({ forGpus }) => forGpus)) continue;
    assert.match(text, new RegExp(`testGpuCases\\(.+, (opCases\\.${name}|${camelCase(name)}Cases)\\)`), name);
  }
});

test("every kernel belongs to an op or is a controller's law", () => {
  const launched = Object.values<RegisteredOp>(ops).flatMap((entry) => entry.kernels);
  const laws = Object.values<unknown>(controllers).map((factory) => (factory as ControllerFactory)().law?.kernel);
  const owned = new Set<unknown>([...launched, ...laws]);
  assert.deepEqual(
    kernels.filter((id) => !owned.has(id)),
    [],
  );
});
