import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { shippedSettings } from "../../../scripts/document_results.ts";
import { armsSchema } from "../../../src/experiments/framework/arms/settings.ts";
import { createProgress } from "../../../src/experiments/framework/progress.ts";
import { runCells, workerHere } from "../../../src/experiments/framework/run_study.ts";
import { merge, withQuick } from "../../../src/experiments/framework/settings.ts";
import type { Summary } from "../../../src/experiments/framework/study.ts";
import { studies } from "../../../src/experiments/index.ts";
import { openDevice } from "../../../src/node/open_device.ts";
import { studyHost } from "../../../src/node/study_host.ts";

const folder = await mkdtemp(join(tmpdir(), "entropic-arms-"));
const device = await openDevice();
const host = studyHost(device);
after(async () => {
  device.destroy();
  await rm(folder, { recursive: true, force: true });
});

const evaluation = { every: 0, prompts: 4, completions: 2, ks: [], temperatures: [], entropies: [0.2] };
const tiny = { seeds: 1, eval: evaluation, grpo: { steps: 2, prompts: 2, completions: 2 } };
const shortStart = { sft: { steps: 2, batch: 4, warmupSteps: 0, stopAtPassAt1: null, evalEvery: 2 } };

/** The first and the last of each kind, so that a whole study takes seconds. */
function cutDown(settings: Record<string, unknown>): unknown {
  const ends = (value: unknown): Record<string, unknown> => {
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries([entries[0]!, entries.at(-1)!]);
  };
  const short = merge(settings, {
    ...tiny,
    ...(settings.search !== undefined && { search: null }),
    ...(settings.start !== undefined && { start: shortStart }),
  }) as Record<string, unknown>;
  const cut = { ...short, arms: ends(settings.arms) };
  if (settings.groups === undefined) return cut;
  const [name, group] = Object.entries(settings.groups as Record<string, object>)[0]!;
  return { ...cut, groups: { [name]: merge(group, { eval: evaluation, grpo: { steps: 2 } }) } };
}

// All settings are read before the first test is registered, because the runner ends a file in which it sees none waiting.
const read = await Promise.all(
  Object.values(studies).map(async (study) => ({
    study,
    shipped: withQuick(await shippedSettings(study), false) as Record<string, unknown>,
  })),
);

for (const { study, shipped } of read.filter((one) => armsSchema.safeParse(one.shipped).success)) {
  test(`${study.name}: every cell can be made, and some of them run to a report without a gap`, async () => {
    assert.ok(study.prepare(shipped, { quick: false, shipped }).cells.length > 1);
    const prepared = study.prepare(cutDown(shipped), { quick: false, shipped });
    const progress = createProgress({ title: "tiny", cells: prepared.cells.length, work: 1, stream: { write: () => true } });
    const dir = join(folder, study.name);
    const { results } = await runCells(prepared, { dir, adapter: device.name, workers: [workerHere(host, dir)], progress });
    const provenance = { command: "c", adapter: "a", commit: "c", date: "d", seconds: 1, cells: { run: 1, skipped: 0 } };
    const findings = JSON.parse(JSON.stringify(prepared.findings(results))) as unknown;
    const summary: Summary = { study: study.name, version: study.version, quick: true, provenance, settings: prepared.settings, findings };
    const { markdown, pictures } = await study.report(summary, shipped).catch((error: Error) => assert.fail(error.stack));
    for (const { name, svg } of pictures) {
      assert.ok(markdown.includes(`(${name}.svg)`), `${name} is in the report`);
      assert.ok(!svg.includes("NaN"), name);
    }
    assert.ok(pictures.length >= 2);
  });
}
