import assert from "node:assert/strict";
import { test } from "node:test";
import { shippedSettings } from "../../../scripts/document_results.ts";
import { armsSchema } from "../../../src/experiments/framework/arms/settings.ts";
import type { Cell, CellResult, CellResults } from "../../../src/experiments/framework/cell.ts";
import { merge, withQuick } from "../../../src/experiments/framework/settings.ts";
import type { Study, StudyReport } from "../../../src/experiments/framework/study.ts";
import { studies } from "../../../src/experiments/index.ts";

/** What the cells would measure if every step of every run were alike. */
function resultsOf(cells: readonly Cell[]): CellResults {
  return new Map(cells.map((cell) => [cell.name, resultOf(cell)]));
}

function resultOf({ config, observe }: Cell): CellResult {
  const shares = { "entropic/gated_fraction": 1, "entropic/saturated": 0, frac_reward_zero_std: 0 };
  const evaluation = { "eval/pass@1": 0.3, [`eval/pass@${config.eval.completions}`]: 0.8, "eval/greedy": 0.6 };
  const steps = [1, 2, 3].map((step) => ({ step, entropy: 0.4, reward: 0.5, "entropic/alpha": 0, step_time: 1, ...shares }));
  const metrics = [{ step: 0, ...evaluation }, ...steps.slice(0, 2), { ...steps[2]!, ...evaluation }];
  const rewards = Array.from({ length: config.grpo.completions }, (_, i) => i % 2);
  return { config, metrics: metrics as never, observations: observe ? [rewards] : [], seconds: 1 };
}

async function reportOf(study: Study, shipped: unknown, given: unknown): Promise<StudyReport & { cells: readonly Cell[] }> {
  const { settings, cells, findings } = study.prepare(given, { quick: false, shipped });
  const provenance = { command: "c", adapter: "a", commit: "c", date: "d", seconds: 1, cells: { run: cells.length, skipped: 0 } };
  const found = JSON.parse(JSON.stringify(findings(resultsOf(cells)))) as unknown;
  const summary = { study: study.name, version: study.version, quick: false, provenance, settings, findings: found };
  return { cells, ...(await study.report(summary, shipped)) };
}

const own = { mine: {}, "no control": { entropy: { controller: "none", target: 0.35 } } };

for (const study of Object.values(studies)) {
  const shipped = (await shippedSettings(study)) as Record<string, unknown>;
  const { distributions: _, ...arms } = withQuick(shipped, false) as Record<string, unknown>;
  if (!armsSchema.safeParse(arms).success) continue;

  for (const [count, names] of Object.entries({ two: own, one: { mine: {} } })) {
    test(`${study.name} with ${count} of one's own arms: a whole report, and no claim about the shipped arms fails`, async () => {
      const { markdown, verdicts, pictures } = await reportOf(study, shipped, { ...shipped, arms: names });
      const about = (arm: string): boolean => verdicts.some(({ measured }) => measured.includes(`no arm ${arm}`));
      assert.ok(Object.keys(shipped.arms as object).some(about), "says which arms are missing");
      const failed = verdicts.filter(({ passed }) => passed === false);
      assert.deepEqual(failed, []);
      assert.match(markdown, /\n\| mine \| (0\.400|\d+ \| 0\.600)/);
      assert.ok(!/undefined|NaN|null/.test(markdown.replace("advantage none", "")), markdown);
      for (const { name, svg } of pictures) {
        assert.ok(markdown.includes(`(${name}.svg)`), `${name} is in the report`);
        assert.ok(!svg.includes("NaN"), name);
      }
    });
  }
}

test("arms without a target are compared by what they have", async () => {
  const shipped = await shippedSettings(studies.tau!);
  const given = { ...(shipped as object), entropy: { controller: "none" }, arms: { one: {}, two: {} } };
  const { markdown } = await reportOf(studies.tau!, shipped, given);
  assert.match(markdown, /\n\| two \| 0\.400 ± 0\.000 \| - \| - \|/);
  assert.match(markdown, /\n\| two \| pass@1 \|/);
  assert.doesNotMatch(markdown, /NaN|\n\| two \| mean abs e \|/);
});

test("seeds that are named train and are reported under their own numbers", async () => {
  const shipped = await shippedSettings(studies.tau!);
  const { cells, markdown, verdicts } = await reportOf(studies.tau!, shipped, merge(shipped, { seeds: [3, 8], arms: own }));
  assert.deepEqual(new Set(cells.map(({ config }) => config.seed)), new Set([3, 8]));
  assert.ok(cells.some(({ name }) => name === "seed-8/no-control"));
  assert.match(markdown, /\n2 seeds \(3, 8\); every arm starts/);
  assert.match(markdown, /\| no control \| 0\.400 ± 0\.000 \| \+14\.3 % \|/);
  assert.ok(verdicts.some(({ passed }) => passed !== undefined));
});

test("no claim judged is no success", async () => {
  const shipped = await shippedSettings(studies.tau!);
  const { markdown } = await reportOf(studies.tau!, shipped, { ...(shipped as object), arms: own });
  assert.match(markdown, /^# [^\n]*\n\nNo claim was put to the test\.\n/);
  assert.match(markdown, /\| these settings have no arm entropy-effect, GRPO \| \*\*not judged\*\* \|/);
});

test("seeds named twice and arms that share a folder are refused", async () => {
  const shipped = await shippedSettings(studies.tau!);
  const prepared = (changes: object) => () => studies.tau!.prepare({ ...(shipped as object), ...changes }, { quick: false, shipped });
  assert.throws(
    prepared({ seeds: [3, 3] }),
    /^ConfigError: seeds is \[3,3\]; it must be a whole number from 1 to 1000 \(how many seeds\), or/,
  );
  assert.throws(
    prepared({ seeds: [] }),
    /^ConfigError: seeds is \[\]; it must be a whole number from 1 to 1000 \(how many seeds\), or a list of different seeds/,
  );
  assert.throws(prepared({ arms: { "a b": {}, "a-b": {} } }), /^ConfigError: two runs share the folder seed-0\/a-b; give/);
});
