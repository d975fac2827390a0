import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Digests } from "../../src/io/digest.ts";
import { planLogRepair } from "../../src/io/log_repair.ts";
import { checkpointDir, syncLogs } from "../../src/io/run_folder.ts";
import { sweepRunFolder } from "../../src/io/sweep.ts";

const folder = await mkdtemp(join(tmpdir(), "log-repair-"));
after(() => rm(folder, { recursive: true }));

const line = (step: number, more = ""): string => `${JSON.stringify({ step, reward: step / 3 })}${more}`;
const METRICS = [1, 2, 3, 4].map((step) => line(step));
const SAMPLES = ["a", "a", "b"].map((text) => JSON.stringify({ step: 1, text }));
const text = (lines: readonly string[]): string => lines.map((one) => `${one}\n`).join("");

/** A run folder whose checkpoint of step 4 recorded METRICS and SAMPLES, and whose logs then became others. */
async function runWith(metrics: string, samples = text(SAMPLES)): Promise<{ dir: string; recorded: Digests }> {
  const dir = await mkdtemp(join(folder, "run-"));
  await writeFile(join(dir, "metrics.jsonl"), text(METRICS));
  await writeFile(join(dir, "samples.jsonl"), text(SAMPLES));
  const recorded = await syncLogs(dir);
  await writeFile(join(dir, "metrics.jsonl"), metrics);
  await writeFile(join(dir, "samples.jsonl"), samples);
  return { dir, recorded };
}

const metricsOf = (dir: string): Promise<string> => readFile(join(dir, "metrics.jsonl"), "utf8");

test("what lies behind the checkpoint is dropped, and what can be mended with certainty is mended and said", async () => {
  const [one, two, three, four] = METRICS as [string, string, string, string];
  const cases: [string, string, RegExp | undefined][] = [
    ["untouched", text(METRICS), undefined],
    ["later lines", text([...METRICS, line(5), line(6)]), /dropped 2 lines after step 4, which the run logs again$/],
    ["a torn tail", `${text([...METRICS, line(5)])}{"step":6,"rew`, /dropped 1 line and 1 torn line after step 4/],
    ["garbage behind", text([...METRICS, "\0\0\0", line(5)]), /dropped 1 line and 1 torn line after step 4/],
    ["no line end", text(METRICS).slice(0, -1), /^.*mended up to step 4/],
    ["equal duplicates", text([one, two, two, three, four, four]), /mended up to step 4/],
    ["out of order", text([one, three, two, four, line(5)]), /mended up to step 4.*; dropped 1 line after step 4/],
    ["a torn line between", text([one, two, '{"step":3,"re', three, four]), /mended up to step 4/],
  ];
  for (const [name, metrics, note] of cases) {
    for (const withRecord of [true, false]) {
      const { dir, recorded } = await runWith(metrics);
      const repair = await planLogRepair({ dir, step: 4, checkpoint: "step-000004", recorded: withRecord ? recorded : undefined });
      assert.equal(await metricsOf(dir), metrics, `${name}: planning writes nothing`);
      await repair.apply();
      assert.equal(await metricsOf(dir), text(METRICS), name);
      assert.equal(repair.notes.length, note ? 1 : 0, `${name}: ${repair.notes.join()}`);
      if (note) assert.match(repair.notes[0]!, note, name);
    }
  }
});

test("what is lost up to the checkpoint is refused by name, and the file stays as it is", async () => {
  const [one, two, three, four] = METRICS as [string, string, string, string];
  const cases: [string, string, RegExp][] = [
    ["a hole", text([one, two, four]), /metrics\.jsonl has no line of step 3; step-000004 of .* goes on from it: restore the file, remove/],
    ["a hole before later lines", text([one, two, three, line(5)]), /has no line of step 4/],
    ["a torn last line", `${text([one, two, three])}${four.slice(0, 9)}`, /has no line of step 4/],
    ["different duplicates", text([one, two, line(2, " "), three, four]), /has two different lines of step 2/],
    ["different duplicates at the end", text([...METRICS, line(4, " ")]).replace(one, ` ${one}`), /has two different lines of step 4/],
    ["garbage in a line's place", text([one, "\0\0\0", three, four]), /line 2 is not a JSON object, and step 2 has no line/],
    ["nothing", "", /has no line of step 1/],
  ];
  for (const [name, metrics, message] of cases) {
    const { dir, recorded } = await runWith(metrics);
    for (const known of [recorded, undefined]) {
      const planned = planLogRepair({ dir, step: 4, checkpoint: "step-000004", recorded: known });
      await assert.rejects(planned, { name: "FileError", message }, name);
    }
    assert.equal(await metricsOf(dir), metrics, name);
  }
  const { dir, recorded } = await runWith(text(METRICS).replace("0.333", "0.334"));
  const altered = planLogRepair({ dir, step: 4, checkpoint: "step-000004", recorded });
  await assert.rejects(altered, /metrics\.jsonl differs from what was logged/);
  await rm(join(dir, "metrics.jsonl"));
  await assert.rejects(planLogRepair({ dir, step: 4, checkpoint: "step-000004", recorded }), /metrics\.jsonl is missing; step-000004/);
});

test("samples may repeat; what is missing or changed among them is seen all the same", async () => {
  const plan = async (samples: string): Promise<readonly string[]> => {
    const { dir, recorded } = await runWith(text(METRICS), samples);
    return (await planLogRepair({ dir, step: 4, checkpoint: "step-000004", recorded })).notes;
  };
  assert.deepEqual(await plan(text(SAMPLES)), []);
  await assert.rejects(plan(text(SAMPLES.slice(1))), /samples\.jsonl differs from what was logged/);
  await assert.rejects(plan(text(["{", ...SAMPLES.slice(1)])), /samples\.jsonl line 1 is not a JSON object/);
  const { dir, recorded } = await runWith(text(METRICS));
  await rm(join(dir, "samples.jsonl"));
  const { notes } = await planLogRepair({ dir, step: 4, checkpoint: "step-000004", recorded });
  assert.match(notes.join(), /samples\.jsonl is missing; it begins again after step 4/);
});

test("what dead writers left is swept; a checkpoint that stepped aside returns", async () => {
  const dir = join(folder, "swept");
  const checkpoints = join(dir, "checkpoints");
  for (const name of ["step-000002", ".step-000004.partial-1", ".step-000004.partial-old-1", ".step-000002.partial-old-9", "mine"]) {
    await mkdir(join(checkpoints, name), { recursive: true });
    await writeFile(join(checkpoints, name, "from"), name);
  }
  for (const name of ["config.yaml.123", "metrics.jsonl.4567", "notes.txt"]) await writeFile(join(dir, name), "");
  await sweepRunFolder(dir);
  assert.deepEqual((await readdir(checkpoints)).sort(), ["mine", "step-000002", "step-000004"]);
  assert.equal(await readFile(join(checkpointDir(dir, 4), "from"), "utf8"), ".step-000004.partial-old-1");
  assert.equal(await readFile(join(checkpointDir(dir, 2), "from"), "utf8"), "step-000002");
  assert.deepEqual((await readdir(dir)).sort(), ["checkpoints", "notes.txt"]);
});
