import "../narrow_vectors.ts";
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TuningOptions } from "../../src/gpu/tuning.ts";
import type { Choice } from "../../src/gpu/tuning_record.ts";
import { tuningCache } from "../../src/node/tuning_cache.ts";
import { biasGradient, memoryStore, multiply, open, warningsOf } from "./tuned_device.ts";

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
  const broken = { "matmul/tiled": ["sums[4u * i][j] = fma(", "sums[4u * i][j] = f32(parameters.inner < 200u) * fma("] } as const;
  const device = await open(context, { broken, tuning: { mode: "on" }, asHardware: true });
  assert.equal(await multiply(device, [9, 12, 256], "NN"), "matmul/register");
  assert.deepEqual(
    lines.map((line) => line.split(" ")[0]),
    ["timing", "warning:"],
  );
});

test("with tuning, the plain kernel is taken where no candidate passes its check", async (context) => {
  const lines = warningsOf(context);
  const broken = { "matmul/tiled": ["sums[4u * i][j] = fma(", "sums[4u * i][j] = 2.0 * fma("] } as const;
  const device = await open(context, { broken, tuning: { mode: "on" }, asHardware: true });
  assert.equal(await multiply(device, [9, 12, 20], "NN"), "matmul/register");
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
    const wrong = `sums[4u * i][j] = select(1.0, ${factor}, STEP == 16 && parameters.inner > 200u) * fma(`;
    const device = await open(context, {
      broken: { "matmul/tiled": ["sums[4u * i][j] = fma(", wrong] },
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

test("with tuning, a gradient of a bias that is wrong at its real size alone costs its candidate", async (context) => {
  const lines = warningsOf(context);
  const sound = await open(context, { tuning: { mode: "on" }, asHardware: true });
  assert.equal(await biasGradient(sound, [9, 12, 252], "a"), "matmul/tiled");
  assert.deepEqual(
    lines.filter((line) => line.startsWith("warning:")),
    [],
    "all tiles add it up alike",
  );
  const broken = { "matmul/tiled": ["operand_sums += ", "operand_sums += select(1.0, 0.5, parameters.inner > 200u) * "] } as const;
  const device = await open(context, { broken, tuning: { mode: "on" }, asHardware: true });
  assert.equal(await biasGradient(device, [9, 12, 252], "a"), "matmul/register");
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
