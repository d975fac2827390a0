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

const tiny = { seeds: 1, eval: { prompts: 4, completions: 2 }, grpo: { steps: 2, prompts: 2, completions: 2 } };

/** The first and the last of each kind, so that a whole study takes seconds. */
function cutDown(settings: Record<string, unknown>): unknown {
  const ends = (value: unknown): Record<string, unknown> => {
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries([entries[0]!, entries.at(-1)!]);
  };
  const groups = settings.groups === undefined ? {} : { groups: Object.fromEntries(Object.entries(ends(settings.groups)).slice(0, 1)) };
  const short = merge(groups, {
    groups: { ...Object.fromEntries(Object.keys(groups.groups ?? {}).map((name) => [name, { grpo: { steps: 2 } }])) },
  });
  return { ...(merge(settings, tiny) as object), arms: ends(settings.arms), ...(groups.groups ? (short as object) : {}) };
}

for (const study of Object.values(studies)) {
  const shipped = withQuick(await shippedSettings(study), false) as Record<string, unknown>;
  if (!armsSchema.safeParse(shipped).success) continue;

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
