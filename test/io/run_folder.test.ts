import assert from "node:assert/strict";
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { planLogRepair } from "../../src/io/log_repair.ts";
import {
  appendDiagnostics,
  appendMetrics,
  appendSamples,
  checkpointDir,
  createRunFolder,
  listCheckpoints,
  readMetrics,
} from "../../src/io/run_folder.ts";
import { temporaryFolder } from "../temporary_folder.ts";

const folder = temporaryFolder("run_folder");

async function log(dir: string, from: number, to: number): Promise<void> {
  for (let step = from; step <= to; step++) {
    await appendMetrics(dir, { step, reward: step / 3, "entropic/alpha": -0.1 * step });
    await appendSamples(dir, [
      { step, prompt: "1+1=", completion: "2$" },
      { step, prompt: "é\n", completion: "$" },
    ]);
    await appendDiagnostics(dir, step % 5 === 0 ? [{ step, name: "offset" }] : []);
  }
}

test("a folder that holds a run is refused with the remedies, and overwritten only when asked", async () => {
  const dir = join(folder, "runs", "first");
  await createRunFolder(dir, "seed: 1\n");
  await log(dir, 1, 2);
  await mkdir(checkpointDir(dir, 2), { recursive: true });
  await writeFile(join(dir, "notes.txt"), "mine");
  await assert.rejects(createRunFolder(dir, "seed: 2\n", { remedy: "pass --overwrite" }), /first already holds a run; pass --overwrite$/);
  assert.equal(await readFile(join(dir, "config.yaml"), "utf8"), "seed: 1\n");
  await createRunFolder(dir, "seed: 2\n", { overwrite: true });
  assert.deepEqual((await readdir(dir)).sort(), ["config.yaml", "notes.txt"]);
  assert.equal(await readFile(join(dir, "config.yaml"), "utf8"), "seed: 2\n");
  await assert.rejects(createRunFolder(join(dir, "notes.txt"), ""), /notes\.txt is a file, where a folder is to be made; choose another/);
});

test("a resumed run's files equal an uninterrupted one's, byte for byte", async () => {
  const whole = join(folder, "whole");
  const resumed = join(folder, "resumed");
  await createRunFolder(whole, "");
  await createRunFolder(resumed, "");
  await log(whole, 1, 12);
  await log(resumed, 1, 10);
  await appendFile(join(resumed, "metrics.jsonl"), '{"step":11,"rew');
  const repair = await planLogRepair({ dir: resumed, step: 8, checkpoint: "step-000008", recorded: undefined });
  await repair.apply();
  assert.deepEqual(repair.notes.length, 3, repair.notes.join("\n"));
  assert.match(repair.notes[0]!, /metrics\.jsonl: dropped 2 lines and 1 torn line after step 8, which the run logs again$/);
  assert.deepEqual((await readMetrics(resumed)).at(-1)?.step, 8);
  await log(resumed, 9, 12);
  for (const name of ["metrics.jsonl", "samples.jsonl", "diagnostics.jsonl"]) {
    assert.deepEqual(await readFile(join(resumed, name)), await readFile(join(whole, name)));
  }
});

test("metrics cut short by a kill are read up to there; other damage is named with its line", async () => {
  const dir = join(folder, "cut");
  await createRunFolder(dir, "");
  await assert.rejects(readMetrics(dir), /cut holds no metrics\.jsonl/);
  await log(dir, 1, 2);
  await appendFile(join(dir, "metrics.jsonl"), '{"step":3');
  assert.deepEqual(
    (await readMetrics(dir)).map(({ step }) => step),
    [1, 2],
  );
  await appendFile(join(dir, "metrics.jsonl"), "\n");
  await assert.rejects(readMetrics(dir), /metrics\.jsonl line 3 is not a JSON object with a whole "step"/);
});

test("checkpoints are listed from the highest step; what is half-written or misnamed does not count", async () => {
  const dir = join(folder, "checkpoints");
  assert.deepEqual(await listCheckpoints(dir), []);
  assert.equal(checkpointDir(dir, 100), join(dir, "checkpoints", "step-000100"));
  for (const name of ["step-000100", "step-000020", "step-1000000", "step-0000300", ".step-2000000.partial-7", "best"]) {
    await mkdir(join(dir, "checkpoints", name), { recursive: true });
  }
  assert.deepEqual(
    await listCheckpoints(dir),
    [1_000_000, 100, 20].map((step) => ({ step, path: checkpointDir(dir, step) })),
  );
});
