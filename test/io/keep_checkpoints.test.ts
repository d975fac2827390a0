import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { after, test } from "node:test";
import { writeCheckpoint } from "../../src/io/checkpoint.ts";
import { bestStep, removeOldCheckpoints } from "../../src/io/keep_checkpoints.ts";
import { rememberPictures } from "../../src/io/remove_run.ts";
import { appendMetrics, checkpointDir, createRunFolder } from "../../src/io/run_folder.ts";

const folder = await mkdtemp(join(tmpdir(), "keep_checkpoints-"));
after(() => rm(folder, { recursive: true }));

const save = (dir: string, step: number): Promise<void> =>
  writeCheckpoint(checkpointDir(dir, step), {
    config: { step },
    tensors: new Map(),
    tokenizerFiles: { "tokenizer.json": "{}" },
    state: { step },
  });

/** A run whose steps 1 to 6 are each saved, with the rule applied after each. Returns the steps that are left. */
async function left(name: string, rule: { keepLast: number | null; keepBest: boolean }, metrics: readonly object[]): Promise<string[]> {
  const dir = join(folder, name);
  await createRunFolder(dir, "");
  for (let step = 1; step <= 6; step++) {
    await appendMetrics(dir, { step, ...metrics[step - 1] });
    await save(dir, step);
    await removeOldCheckpoints(dir, step, rule);
  }
  return (await readdir(join(dir, "checkpoints"))).sort().map((one) => one.replace(/^step-0*/, ""));
}

const rewards = [0.1, 0.9, 0.3, 0.4, 0.2, 0.1].map((reward) => ({ reward }));

test("the newest checkpoints stay, and the best one beside them", async () => {
  assert.deepEqual(await left("all", { keepLast: null, keepBest: false }, rewards), ["1", "2", "3", "4", "5", "6"]);
  assert.deepEqual(await left("one", { keepLast: 1, keepBest: false }, rewards), ["6"]);
  assert.deepEqual(await left("best", { keepLast: 2, keepBest: true }, rewards), ["2", "5", "6"]);
  const evaluated = rewards.map((line, i) => (i === 3 ? { ...line, "eval/pass@1": 0.5 } : line));
  assert.deepEqual(
    await left("evaluated", { keepLast: 1, keepBest: true }, evaluated),
    ["4", "6"],
    "an evaluation counts more than a reward",
  );
  assert.deepEqual(await left("unmeasured", { keepLast: 1, keepBest: true }, []), ["6"]);
});

/** A run with checkpoints of some steps. */
async function runWith(name: string, steps: readonly number[]): Promise<string> {
  const dir = join(folder, name);
  await createRunFolder(dir, "");
  for (const step of steps) await save(dir, step);
  return dir;
}

const names = async (dir: string): Promise<string[]> => (await readdir(join(dir, "checkpoints"))).sort();

test("what lies above the checkpoint just saved, damaged or foreign, neither counts nor is touched", async () => {
  const newest = { keepLast: 1, keepBest: false };
  const damaged = await runWith("damaged", [20, 40]);
  await writeFile(join(checkpointDir(damaged, 40), "model.safetensors"), "");
  await save(damaged, 30);
  await removeOldCheckpoints(damaged, 30, newest);
  assert.deepEqual(await names(damaged), ["step-000030", "step-000040"]);

  const foreign = await runWith("strange", []);
  await mkdir(checkpointDir(foreign, 100), { recursive: true });
  await writeFile(join(checkpointDir(foreign, 100), "notes.txt"), "mine");
  await save(foreign, 20);
  await removeOldCheckpoints(foreign, 20, newest);
  assert.deepEqual(await names(foreign), ["step-000020", "step-000100"]);

  const best = await runWith("best-above", [10, 20, 40]);
  for (const [step, reward] of [
    [10, 0.5],
    [20, 0.1],
    [40, 0.9],
  ])
    await appendMetrics(best, { step: step!, reward });
  await save(best, 30);
  await removeOldCheckpoints(best, 30, { keepLast: 1, keepBest: true });
  assert.deepEqual(await names(best), ["step-000010", "step-000030", "step-000040"], "the best of those that count");
});

test("folders that hold no checkpoint any more take no place among the newest, nor that of the best", async () => {
  const dir = await runWith("emptied", [10, 20, 30]);
  for (const step of [10, 20, 30]) await appendMetrics(dir, { step, reward: step === 20 ? 1 : 0 });
  await rm(join(checkpointDir(dir, 20), "state.json"));
  await removeOldCheckpoints(dir, 30, { keepLast: 2, keepBest: false });
  assert.deepEqual(await names(dir), ["step-000010", "step-000020", "step-000030"]);
  await appendMetrics(dir, { step: 10, reward: 0.5 });
  await removeOldCheckpoints(dir, 30, { keepLast: 1, keepBest: true });
  assert.deepEqual(await names(dir), ["step-000010", "step-000020", "step-000030"]);
});

test("the best step has the highest pass@1, else the highest reward; of equals the later one", () => {
  const lines = [
    { step: 1, reward: 1, "eval/pass@1": 0.2 },
    { step: 2, reward: 3 },
    { step: 3, reward: 3 },
    { step: 4, reward: null },
  ];
  assert.equal(bestStep(lines, [1, 2, 3, 4]), 1);
  assert.equal(bestStep(lines, [2, 3, 4]), 3);
  assert.equal(bestStep(lines, [4]), undefined);
});

test("a checkpoint that another program has open on Windows does not stop the run, and goes with the next ones", async (context) => {
  if (process.platform === "win32") return context.skip("it takes an error of another system for one of Windows");
  const dir = join(folder, "held");
  await createRunFolder(dir, "");
  await save(dir, 1);
  await save(dir, 2);
  // The system refuses to rename a folder to this one with the code that Windows may have for open files.
  const aside = join(dir, `checkpoints/.step-000001.partial-${process.pid}`);
  await mkdir(join(aside, "files"), { recursive: true });
  const rule = { keepLast: 1, keepBest: false };
  await assert.rejects(removeOldCheckpoints(dir, 2, rule), { code: /ENOTEMPTY|EEXIST/ });
  const own = Object.getOwnPropertyDescriptor(process, "platform")!;
  Object.defineProperty(process, "platform", { ...own, value: "win32" });
  context.after(() => Object.defineProperty(process, "platform", own));
  await removeOldCheckpoints(dir, 2, rule);
  assert.ok((await readdir(join(dir, "checkpoints"))).includes("step-000001"));
  await rm(aside, { recursive: true });
  await removeOldCheckpoints(dir, 2, rule);
  assert.deepEqual(await readdir(join(dir, "checkpoints")), ["step-000002"]);
});

test("--overwrite and keepLast remove what runs wrote, and nothing else", async () => {
  const dir = join(folder, "foreign");
  await createRunFolder(dir, "seed: 1\n");
  await save(dir, 1);
  await save(dir, 2);
  await mkdir(join(dir, "plots"));
  for (const name of ["reward.svg", "mine.svg", "extra.svg"]) await writeFile(join(dir, "plots", name), "");
  await rememberPictures(join(dir, "plots"), ["reward.svg"]);
  await rememberPictures(join(dir, "plots"), ["extra.svg"]);
  for (const path of ["notes.txt", "checkpoints/best.txt", "checkpoints/step-000001/notes.txt"]) await writeFile(join(dir, path), "mine");
  await mkdir(join(dir, "checkpoints/mine"));
  await mkdir(join(dir, "checkpoints/.step-000003.partial-12"));
  await removeOldCheckpoints(dir, 2, { keepLast: 1, keepBest: false });
  assert.deepEqual(await readdir(join(dir, "checkpoints/step-000001")), ["notes.txt"]);
  await createRunFolder(dir, "seed: 2\n", { overwrite: true });
  const all = (await readdir(dir, { recursive: true })).sort();
  const kept = ["checkpoints/best.txt", "checkpoints/mine", "checkpoints/step-000001/notes.txt", "notes.txt", "plots/mine.svg"].map(
    normalize,
  );
  assert.deepEqual(all, ["checkpoints", join("checkpoints", "step-000001"), "config.yaml", "plots", ...kept].sort());
  await save(dir, 1);
  const again = await readdir(join(dir, "checkpoints/step-000001"));
  assert.deepEqual(
    again.sort(),
    ["config.json", "model.safetensors", "notes.txt", "state.json", "tokenizer.json"],
    "a new checkpoint took the file",
  );
});
