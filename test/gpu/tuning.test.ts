import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createDevice, type Device } from "../../src/gpu/device.ts";
import type { Pace } from "../../src/gpu/timing_rounds.ts";
import type { TuningOptions } from "../../src/gpu/tuning.ts";
import type { Choice, TuningStore } from "../../src/gpu/tuning_record.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { chooseAdapter } from "../../src/node/adapters.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { tuningCache } from "../../src/node/tuning_cache.ts";
import { gelu } from "../../src/ops/gelu.ts";
import { type Layout, type MatmulFamily, matmul } from "../../src/ops/matmul/op.ts";
import { relativeError } from "../../src/testing/check_op.ts";
import { matmulReference } from "../../src/testing/reference/matmul.ts";
import { normal } from "../../src/testing/values.ts";

interface Opened {
  /** Kernels with a word replaced: what a driver that miscompiles would make of them. */
  readonly broken?: Readonly<Record<string, readonly [string, string]>>;
  readonly tuning?: TuningOptions;
  /** true: kernels are chosen as on a hardware GPU. */
  readonly asHardware?: boolean;
}

/** As short as can be: what is tested is not the speed. */
const PACE: Pace = { warmUp: 0, sample: 0.1, rounds: 2, share: 5 };

async function open(context: TestContext, { broken = {}, tuning = {}, asHardware = false }: Opened = {}): Promise<Device> {
  const candidate = await chooseAdapter(process.env.ENTROPIC_ADAPTER ?? "software");
  const shaders = loadShaders();
  shaders["lib/wrong_epilogue"] = shaders["lib/epilogue"]!.replaceAll("= gelu(values)", "= values");
  for (const [id, [from, to]] of Object.entries(broken)) {
    assert.ok(shaders[id]!.includes(from), `${id} has no ${from}`);
    shaders[id] = shaders[id]!.replaceAll(from, to);
  }
  const { wgslLanguageFeatures } = candidate.gpu;
  const device = await createDevice({
    adapter: await candidate.request(),
    wgslLanguageFeatures,
    shaders,
    tuning: { mode: "off", pace: PACE, ...tuning },
  });
  context.after(() => device.destroy());
  return asHardware ? Object.defineProperty(Object.create(device) as Device, "software", { value: false }) : device;
}

/** A store in memory. */
function memoryStore(start?: string): TuningStore & { text: string | undefined } {
  return {
    text: start,
    async read() {
      return this.text;
    },
    async write(_adapter, text) {
      this.text = text;
    },
  };
}

/** Multiplies; asserts that the product is right and returns the kernels that made it. */
async function multiply(
  device: Device,
  [rows, columns, inner] = [50, 36, 20],
  layout: Layout = "NT",
  family?: MatmulFamily,
): Promise<string> {
  const a = normal(layout === "TN" ? [inner!, rows!] : [rows!, inner!], 1);
  const b = normal(layout === "NT" ? [columns!, inner!] : [inner!, columns!], 2);
  const plan = await buildPlan(device, "product", () => ({
    keep: [matmul(input("a", a.shape), input("b", b.shape), { layout, family })],
  }));
  plan.run({ inputs: { a: Float32Array.from(a.data), b: Float32Array.from(b.data) } });
  const [y] = await plan.read(plan.result.keep);
  plan.destroy();
  const error = relativeError(y!, matmulReference({ a, b }, layout).y);
  assert.ok(error < 1e-5, `relative error ${error}`);
  return plan.launches.launches.map(({ kernel }) => kernel.id).join(" ");
}

function warningsOf(context: TestContext): string[] {
  const lines: string[] = [];
  context.mock.method(console, "error", (line: string) => lines.push(line));
  return lines;
}

/** As if a driver took the wrong component. */
const WRONG_TILED = { "matmul/tiled": ["fma(vec4f(of_a.y)", "fma(vec4f(of_a.z)"] } as const;
const WRONG_ROWS = { "matmul/few_rows": ["fma(vec4f(of_a.y)", "fma(vec4f(of_a.z)"] } as const;
const WRONG_SUBGROUP = {
  "matmul/subgroup": ["fma(vec4f(of_a.y)", "fma(vec4f(of_a.z)"],
  "matmul/subgroup_of_four": ["fma(vec4f(a_1)", "fma(vec4f(a_2)"],
} as const;

/** The subgroup family's kernel on a device. */
function subgroupKernel({ lanes }: Device): string {
  return lanes === 4 ? "matmul/subgroup_of_four" : "matmul/subgroup";
}

test("a wrong subgroup kernel costs speed and a warning, not the result; right ones are used as ever", async (context) => {
  const warnings = warningsOf(context);
  const device = await open(context, { broken: WRONG_SUBGROUP });
  if (!device.subgroups || !device.software) return context.skip(`${device.name} does not use the subgroup family`);
  assert.equal(await multiply(device), "matmul/register");
  assert.equal(await multiply(device, [50, 33, 20]), "matmul/register");
  assert.equal(await multiply(device, [3, 36, 20]), "matmul/few_rows");
  assert.equal(warnings.length, 1, warnings.join("\n"));
  assert.match(
    warnings[0]!,
    /^warning: matmul\/pack \+ matmul\/subgroup(_of_four)? is wrong on .* \(relative error [\d.]+\); a slower kernel takes its place$/,
  );
});

test("sound kernels are used without a word", async (context) => {
  const warnings = warningsOf(context);
  const device = await open(context);
  const expected = device.subgroups && device.software ? `matmul/pack ${subgroupKernel(device)}` : "matmul/register";
  assert.equal(await multiply(device), device.software ? expected : "matmul/sliced");
  assert.equal(await multiply(await open(context, { asHardware: true }), [50, 36, 20], "NN"), "matmul/tiled");
  assert.deepEqual(warnings, []);
});

test("a wrong pack kernel is noticed as well, and one that does not compile", async (context) => {
  const warnings = warningsOf(context);
  const broken = { "matmul/pack": ["packed[k * quads + quad] = of_b[0];", "packed[k * quads + quad] = of_b[1];"] } as const;
  const device = await open(context, { broken });
  if (!device.subgroups || !device.software) return context.skip(`${device.name} does not use the subgroup family`);
  assert.equal(await multiply(device), "matmul/register");
  assert.match(warnings.join("\n"), /^warning: matmul\/pack \+ matmul\/subgroup(_of_four)? is wrong on/);
  const refused = await open(context, { broken: { [subgroupKernel(device)]: ["fma(vec4f(", "fma(vec3f("] } });
  assert.equal(await multiply(refused), "matmul/register");
  assert.match(warnings[1]!, /kernel matmul\/subgroup(_of_four)? does not compile/);
});

test("a wrong tiled kernel is left aside, and a wrong sum of the parts of K", async (context) => {
  const warnings = warningsOf(context);
  const device = await open(context, { broken: WRONG_TILED, asHardware: true });
  assert.equal(await multiply(device, [9, 12, 20], "NN"), "matmul/register");
  assert.equal(warnings.length, 1);
  const unreduced = { "matmul/split_k_reduce": ["is_there = part < parameters.splits", "is_there = part < 1u"] } as const;
  const other = await open(context, { broken: unreduced, asHardware: true });
  assert.equal(await multiply(other, [9, 12, 2100], "NN"), "matmul/register");
  assert.equal(
    await multiply(other, [513, 512, 520], "TN"),
    "matmul/register",
    "small gradients have another kernel, and so has their check",
  );
  assert.equal(await multiply(other, [9, 12, 520], "TN"), "matmul/tiled norm/column_sum");
  assert.equal(await multiply(other, [9, 12, 20], "TN"), "matmul/tiled");
  const halved = await open(context, { broken: { "norm/column_sum": ["sum += quad[i];", "sum += 0.5 * quad[i];"] }, asHardware: true });
  assert.equal(await multiply(halved, [9, 12, 520], "TN"), "matmul/register");
});

test("an activation in the epilogue is checked with its product", async (context) => {
  const warnings = warningsOf(context);
  // As if the driver miscompiled it in this kernel alone.
  const wrong = ["lib::epilogue", "lib::wrong_epilogue"] as const;
  const [x, w] = [Float32Array.from(normal([9, 12], 1).data), Float32Array.from(normal([12, 20], 2).data)];
  const results: Float32Array[] = [];
  for (const broken of [undefined, { "matmul/tiled": wrong }]) {
    const device = await open(context, { ...(broken && { broken }), asHardware: true });
    const plan = await buildPlan(device, "gelu", () => ({
      keep: [gelu(matmul(input("x", [9, 12]), input("w", [12, 20]), { layout: "NN" }))],
    }));
    plan.run({ inputs: { x, w } });
    results.push((await plan.read(plan.result.keep))[0] as Float32Array);
  }
  assert.ok(relativeError(results[1]!, results[0]!) < 1e-5);
  assert.equal(warnings.length, 1, "the right one is used without a word");
});

test("where one tile is wrong the next one is taken", async (context) => {
  const warnings = warningsOf(context);
  const broken = { "matmul/tiled": ["sums[at] = fma(", "sums[at] = f32(TILE_HEIGHT != 16) * fma("] } as const;
  const device = await open(context, { broken, asHardware: true });
  assert.equal(await multiply(device, [9, 12, 20], "NN"), "matmul/tiled");
  assert.equal(warnings.length, 1);
});

test("a verdict is remembered until the kernel changes; nothing is then checked or measured", async (context) => {
  warningsOf(context);
  const store = memoryStore();
  const dispatchesOf = async (options: Opened): Promise<number> => {
    const device = await open(context, { ...options, tuning: { store } });
    await multiply(device, [3, 36, 20]);
    return device.stats.dispatches;
  };
  assert.equal(await dispatchesOf({}), 2);
  assert.equal(await dispatchesOf({}), 1);
  const WRONG = { ...WRONG_TILED, ...WRONG_ROWS };
  assert.ok((await dispatchesOf({ broken: WRONG })) >= 2);
  assert.equal(await dispatchesOf({ broken: WRONG }), 1, "wrong kernels are remembered, too");
  const text = store.text!;
  for (const damaged of [
    "",
    "{",
    "null",
    "[]",
    text.slice(0, -20),
    text.replace('"adapter": "', '"adapter": "another '),
    text.replace('"version": 2', '"version": 1'),
  ]) {
    store.text = damaged;
    assert.ok((await dispatchesOf({})) > 1, JSON.stringify(damaged.slice(0, 40)));
    assert.doesNotThrow(() => JSON.parse(store.text!));
  }
  const entry = /"hash": "\w+",\s+"wrong": null/;
  assert.match(store.text!, entry);
  store.text = store.text!.replace(entry, '"hash": 7');
  assert.ok((await dispatchesOf({})) > 1, "an entry of another form counts as none");
});

/** The choices in a store's text. */
function choicesIn({ text }: { readonly text: string | undefined }): Readonly<Record<string, Choice>> {
  const { entries } = JSON.parse(text!) as { entries: Record<string, Choice> };
  return Object.fromEntries(Object.entries(entries).filter(([key]) => key.startsWith("choice ")));
}

test("with tuning, the fastest of the sound candidates is found once and kept, and the mode force looks for it again", async (context) => {
  const lines = warningsOf(context);
  const store = memoryStore();
  const progress: (string | undefined)[] = [];
  const tuned = async (options: TuningOptions): Promise<number> => {
    const device = await open(context, { tuning: { store, progress: (line) => progress.push(line), ...options } });
    await multiply(device, [9, 12, 20], "NN", "tiled");
    return device.stats.dispatches;
  };
  assert.ok((await tuned({ mode: "on" })) > 4 * 3, "four candidates, each checked, compared and timed");
  const [[key, choice] = []] = Object.entries(choicesIn(store));
  assert.equal(key, "choice matmul NN 2^3 2^4 2^4, wide 111, parts 1, guess tiled 16x64x32");
  const outcomes = Object.entries(choice!.outcomes);
  assert.ok(outcomes.length >= 3);
  const times = outcomes.map(([, { milliseconds }]) => milliseconds!);
  const [guess] = times;
  const taken = choice!.outcomes[choice!.name]!.milliseconds!;
  assert.ok(choice!.name === outcomes[0]![0] ? Math.min(...times) >= 0.95 * guess! : taken === Math.min(...times) && taken < 0.95 * guess!);
  assert.ok(outcomes.every(([, { error, fault }]) => error! < 1e-5 && fault === undefined));
  assert.ok(
    outcomes.slice(1).every(([, { error }]) => error === 0),
    "all tiles give the same bits",
  );
  assert.equal(choice!.clock, "host");
  assert.ok(Math.abs(Date.parse(choice!.date) - Date.now()) < 60e3);
  assert.equal(await tuned({ mode: "on" }), 1);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /^timing kernels on .*, once for this driver \(ENTROPIC_TUNE=0 turns this off\)$/);
  assert.equal(progress.length, 2);
  assert.match(progress[0]!, /^timing kernels on .*: 1 of 1$/);
  assert.equal(progress[1], undefined);
  assert.ok((await tuned({ mode: "force" })) > 4 * 3);
});

test("with tuning, a kernel that is wrong at its real size alone is not taken", async (context) => {
  const lines = warningsOf(context);
  const broken = { "matmul/tiled": ["sums[at] = fma(", "sums[at] = f32(parameters.inner < 200u) * fma("] } as const;
  const device = await open(context, { broken, tuning: { mode: "on" }, asHardware: true });
  assert.equal(await multiply(device, [9, 12, 256], "NN"), "matmul/register");
  assert.deepEqual(
    lines.map((line) => line.split(" ")[0]),
    ["timing", "warning:"],
  );
});

test("with tuning, a candidate that is wrong at its real size falls out, and one of other bits without a word", async (context) => {
  const lines = warningsOf(context);
  for (const [factor, fault] of [
    ["0.5", /^relative error/],
    ["1.0000002", /^other bits$/],
  ] as const) {
    const store = memoryStore();
    const wrong = `sums[at] = select(1.0, ${factor}, STEP == 16 && parameters.inner > 200u) * fma(`;
    const device = await open(context, {
      broken: { "matmul/tiled": ["sums[at] = fma(", wrong] },
      tuning: { mode: "on", store },
      asHardware: true,
    });
    assert.equal(await multiply(device, [9, 12, 256], "NN"), "matmul/tiled");
    const [{ name, outcomes } = assert.fail()] = Object.values(choicesIn(store));
    const [[loser, outcome] = assert.fail(), ...others] = Object.entries(outcomes).filter(([, each]) => each.fault !== undefined);
    assert.match(loser, /x16$/);
    assert.match(outcome!.fault!, fault);
    assert.equal(outcome!.milliseconds, undefined, "what is wrong is not timed");
    assert.deepEqual(others, []);
    assert.notEqual(name, loser);
  }
  assert.equal(lines.filter((line) => line.startsWith("warning:")).length, 1);
});

test("what is known of an adapter goes to a file of its own, and a folder that cannot be written to is no error", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), "entropic-tuning-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const cache = tuningCache([join(folder, "tuning")]);
  assert.equal(await cache.read("NVIDIA | x"), undefined);
  await Promise.all([cache.write("NVIDIA | x", "one"), cache.write("NVIDIA | x", "one"), cache.write("NVIDIA / x", "two")]);
  assert.equal(await cache.read("NVIDIA | x"), "one");
  assert.equal(await cache.read("NVIDIA / x"), "two");
  assert.equal((await readdir(join(folder, "tuning"))).length, 2, "no leftovers");
  await writeFile(join(folder, "file"), "");
  await tuningCache([join(folder, "file")]).write("x", "nowhere");
  assert.equal(await tuningCache([join(folder, "file")]).read("x"), undefined);
  const second = tuningCache([join(folder, "file"), join(folder, "temporary")]);
  await second.write("x", "elsewhere");
  assert.equal(await second.read("x"), "elsewhere");
  assert.deepEqual(await readdir(join(folder, "temporary")).then((names) => names.length), 1);
});
