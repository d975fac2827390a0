import assert from "node:assert/strict";
import { test } from "node:test";
import { armCells } from "../../../src/experiments/framework/arms/cells.ts";
import { bestOf, searchScores } from "../../../src/experiments/framework/arms/search.ts";
import { type ArmsSettings, armsSchema } from "../../../src/experiments/framework/arms/settings.ts";
import type { CellResult, CellResults } from "../../../src/experiments/framework/cell.ts";
import {
  forgetsLess,
  getsWorse,
  headline,
  isHigherSomewhere,
  isMoreDiverseEverywhere,
  isNoLowerEverywhere,
  isNoLowerThanBest,
  judgeLong,
  type LongClaim,
} from "../../../src/experiments/framework/long/claims.ts";
import { differencesFrom } from "../../../src/experiments/framework/long/differences.ts";
import { type LongFindings, longFindings, thinned } from "../../../src/experiments/framework/long/findings.ts";
import { longInShort } from "../../../src/experiments/framework/long/in_short.ts";
import type { Measure } from "../../../src/experiments/framework/long/measures.ts";
import { longSections } from "../../../src/experiments/framework/long/sections.ts";
import { parseSettings } from "../../../src/experiments/framework/settings.ts";
import type { Verdict } from "../../../src/experiments/framework/verdict.ts";

const settings = (changes: object = {}): ArmsSettings =>
  parseSettings(armsSchema, {
    seeds: 3,
    model: "models/checkpoints/countdown-base",
    task: { name: "countdown" },
    eval: { prompts: 200, completions: 8 },
    grpo: { steps: 20, prompts: 2, completions: 4 },
    entropy: { controller: "none" },
    arms: { GRPO: {}, mine: {} },
    ...changes,
  });

/** Runs of two arms with these greedy accuracies and pass@8 after training, which peak at the middle. */
function findingsOf(scores: Readonly<Record<string, readonly (readonly [greedy: number, passAt8: number])[]>>): LongFindings {
  const curves = ["eval/greedy", "eval/pass@8"];
  const measures = [...curves, "eval/ever_solved", "eval/solved"];
  const runs = Object.entries(scores).flatMap(([arm, ofSeeds]) =>
    ofSeeds.map(([greedy, passAt8], seed) => ({
      group: "",
      arm,
      seed,
      steps: [0, 10, 20],
      curves: [
        [0.1, greedy + 0.05 + seed / 1000, greedy],
        [0.5, passAt8, passAt8],
      ],
      after: [greedy, passAt8, 0.9, passAt8],
      training: { steps: [1], entropy: [0.5], alpha: [0] },
      seconds: 60,
    })),
  );
  const group = { group: "", measures, curves, before: [0.1, 0.5, 0.5, 0.5], matched: null, problems: 200, completions: 8 };
  return { groups: [group], searched: [], runs };
}

const pair = { arm: "mine", baseline: "GRPO" };
const SCORES = {
  GRPO: [
    [0.3, 0.5],
    [0.31, 0.52],
    [0.29, 0.51],
  ],
  mine: [
    [0.36, 0.7],
    [0.365, 0.71],
    [0.345, 0.73],
  ],
} as const;
const better = findingsOf(SCORES);
const worse = findingsOf({ GRPO: [0, 1, 2].map((i) => [0.4 + i / 100, 0.5]), mine: [0, 1, 2].map((i) => [0.3 + i / 99, 0.5]) });

const judge = (claim: LongClaim, findings: LongFindings, own = settings()): Verdict => judgeLong([claim], own, findings)[0]!;

test("the headline holds where accuracy and diversity are higher, and not where they are lower or alike", () => {
  for (const claim of [headline(pair), isNoLowerEverywhere(pair), isHigherSomewhere(pair), isMoreDiverseEverywhere(pair)]) {
    assert.equal(judge(claim, better).passed, true, claim.claim);
    assert.equal(judge(claim, worse).passed, false, claim.claim);
  }
  assert.match(judge(isMoreDiverseEverywhere(pair), better).measured, /^difference \+0\.203 \(.*p = 0\.00/);
});

test("the best of several arms is found for each measure, and compared with", () => {
  const three = findingsOf({ ...SCORES, low: [0, 1, 2].map(() => [0.1, 0.5]) });
  const own = settings({ arms: { GRPO: {}, mine: {}, low: {} } });
  const { passed, measured } = judge(isNoLowerThanBest("GRPO", ["low", "mine"], "other"), three, own);
  assert.deepEqual([passed, /^greedy against mine -0\.05/.test(measured)], [false, true], measured);
  assert.equal(judge(isNoLowerThanBest("mine", ["low", "GRPO"], "other"), three, own).passed, true);
  const without = findingsOf({ ...SCORES, low: [0, 1, 2].map(() => [Number.NaN, 0.5]) });
  assert.match(judge(isNoLowerThanBest("mine", ["low", "GRPO"], "other"), without, own).measured, /^greedy against GRPO \+0\.05/);
  assert.equal(judge(isNoLowerThanBest("mine", ["low"], "other"), without, settings({ arms: { low: {}, mine: {} } })).passed, undefined);
});

test("an arm of which a seed lacks a measure is not judged by it, and the table says how many have it", () => {
  const some = findingsOf({
    ...SCORES,
    mine: SCORES.mine.map(([greedy, diversity], i) => [i === 0 ? Number.NaN : greedy, diversity] as const),
  });
  const { passed, measured } = judge(isNoLowerEverywhere(pair), some);
  assert.equal(passed, undefined);
  assert.match(measured, /^greedy \+0\.\d{3} \(2 of 3 seeds\)/);
  const table = longSections(settings(), some).join("\n");
  assert.match(table, /\| mine \| +3 \| 0\.\d{3} \(2 of 3\) \|/);
});

test("a fall after the peak is measured at the peak of the other seeds, and what was lost against what was ever solved", () => {
  assert.equal(judge(getsWorse("", "GRPO"), better).passed, true);
  assert.match(judge(getsWorse("", "GRPO"), better).measured, /^\+0\.051 /);
  assert.equal(judge(forgetsLess("", pair), better).passed, true);
  assert.equal(judge(forgetsLess("", { arm: "GRPO", baseline: "mine" }), better).passed, false);
});

test("in short a report names the arms above and below the first, and none where chance may be behind a difference", () => {
  const rowsOf = (findings: LongFindings, own = settings()): string[] =>
    longInShort(own, findings)
      .split("\n")
      .filter((line) => /\| (greedy|pass@8) \|/.test(line));
  assert.deepEqual(rowsOf(better), ["| greedy | 0.300 | mine +0.057 | none |", "| pass@8 | 0.510 | mine +0.203 | none |"]);
  assert.deepEqual(rowsOf(worse), ["| greedy | 0.410 | none | mine -0.100 |", "| pass@8 | 0.500 | none | none |"]);
  // Differences of 0.1, 0.13 and 0.2 have p = 0.04: enough for one arm, too little for one of two.
  const noisy = [0.4, 0.44, 0.49].map((greedy) => [greedy, 0.5] as const);
  const [alone, beside] = [findingsOf({ GRPO: SCORES.GRPO, mine: noisy }), findingsOf({ GRPO: SCORES.GRPO, mine: noisy, twin: noisy })];
  assert.equal(rowsOf(alone)[0], "| greedy | 0.300 | mine +0.143 | none |");
  assert.equal(rowsOf(beside, settings({ arms: { GRPO: {}, mine: {}, twin: {} } }))[0], "| greedy | 0.300 | none | none |");
  assert.equal(longInShort(settings(), { ...better, runs: better.runs.filter(({ arm }) => arm === "GRPO") }), "");
});

test("arms that have no runs yet count in the correction of those that have", () => {
  const accuracy: Measure = { name: "greedy", metric: "eval/greedy" };
  const pOf = (arms: object): number => differencesFrom(settings({ arms }), better, better.groups[0]!, accuracy)[0]!.p;
  const alone = pOf({ GRPO: {}, mine: {} });
  assert.ok(alone > 0 && alone < 0.3);
  assert.equal(pOf({ GRPO: {}, mine: {}, late: {}, later: {} }), 3 * alone);
});

test("arms that came to the same settings are said to be one training", () => {
  const own = settings({ arms: { GRPO: {}, mine: {}, twin: {} } });
  const said = (findings: LongFindings): boolean =>
    longSections(own, findings).some((text) => text === "mine and twin came to the same settings here and are one training.");
  const alike = findingsOf({ ...SCORES, twin: SCORES.mine });
  assert.equal(said(alike), true);
  const apart = { ...alike, runs: alike.runs.map((run) => (run.arm === "twin" ? { ...run, seconds: 61 } : run)) };
  assert.equal(said(apart), false);
  assert.match(longSections(own, apart).join("\n"), /^mine and twin were trained apart and ended alike to the last bit/m);
  assert.equal(
    said(
      findingsOf({
        ...SCORES,
        twin: [
          [0.36, 0.7],
          [0.365, 0.71],
          [0.345, 0.74],
        ],
      }),
    ),
    false,
  );
});

test("a claim that lacks runs is open, and one about an arm that nobody has is not judged", () => {
  const { runs, ...rest } = better;
  const missing = { ...rest, runs: runs.filter(({ arm, seed }) => arm !== "mine" || seed < 2) };
  assert.deepEqual(judge(headline(pair), missing), { claim: headline(pair).claim, measured: "open: 2 of 3 seeds", passed: undefined });
  assert.equal(judge(headline({ ...pair, arm: "yours" }), better).measured, "these settings have no arm yours");
  const one = { ...rest, runs: runs.filter(({ seed }) => seed === 0) };
  assert.equal(judge(headline(pair), one, settings({ seeds: 1 })).passed, undefined);
});

test("long lists are thinned to evenly spread items with both ends", () => {
  assert.deepEqual(thinned([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3), [0, 5, 10]);
  assert.deepEqual(thinned([1, 2], 3), [1, 2]);
});

const searching = {
  search: { seeds: [100], steps: 5, prompts: 40 },
  arms: {
    GRPO: { search: [{}, { grpo: { learningRate: 0.001 } }] },
    mine: { entropy: { controller: "pi" }, search: [{ entropy: { target: 0.5 } }, { entropy: { target: 0.2 } }] },
  },
};

function resultOf(config: CellResult["config"], greedy: number): CellResult {
  const metrics = [
    { step: 0, "eval/pass@1": 0.1, "eval/greedy": 0.1 },
    { step: 1, frac_reward_zero_std: 0.75, entropy: 0.4, "eval/pass@1": 0.2, "eval/greedy": greedy },
  ];
  return { config, metrics: metrics as never, observations: [], seconds: 1 };
}

test("knobs are searched first, with seeds and problems of their own, and each arm takes its best", () => {
  const cells = armCells(settings(searching));
  const searched = cells.filter(({ name }) => name.startsWith("search/"));
  assert.deepEqual(
    searched.map(({ name }) => name),
    ["grpo/setting-1", "grpo/setting-2", "mine/setting-1", "mine/setting-2"].map((name) => `search/seed-100/${name}`),
  );
  assert.equal(cells.indexOf(searched.at(-1)!), 3, "the search comes before the arms");
  for (const { heldOutFrom, config } of searched) {
    assert.deepEqual([heldOutFrom, config.eval.prompts, config.grpo.steps, config.seed], [200, 40, 5, 100]);
  }
  const results: CellResults = new Map(searched.map(({ name, config }, i) => [name, resultOf(config, [0.3, 0.2, 0.3, 0.4][i]!)]));
  const arms = cells.filter(({ name }) => name.startsWith("seed-2/"));
  assert.deepEqual(arms[1]!.needs, ["search/seed-100/mine/setting-1", "search/seed-100/mine/setting-2"]);
  const [grpo, mine] = arms.map(({ tune, config }) => tune!(config, results));
  assert.equal(grpo!.grpo.learningRate, 0.0003);
  assert.equal(mine!.entropy.target, 0.2);
  assert.deepEqual([mine!.grpo.steps, mine!.seed], [20, 2]);
  const { searched: found } = longFindings(settings(searching), results);
  assert.deepEqual(
    found.map(({ arm, best, scores }) => [arm, best, scores]),
    [
      ["GRPO", 0, [0.3, 0.2]],
      ["mine", 1, [0.3, 0.4]],
    ],
  );
  assert.equal(bestOf([1, 3, 3]), 1, "the first of the best");
});

test("the score is the mean of greedy and entropy-matched pass@1, or greedy alone", () => {
  const { config } = armCells(settings())[0]!;
  const matching = { ...config, eval: { ...config.eval, entropies: [0.2] } };
  const metrics = [{ step: 1, "eval/greedy": 0.4, "eval/H0.2/pass@1": 0.2 }] as never;
  const run = { config: matching, metrics, observations: [], seconds: 1 };
  const unmatched = { ...run, metrics: [{ step: 1, "eval/greedy": 0.35 }] as never };
  assert.ok(Math.abs(searchScores([run])[0]! - 0.3) < 1e-12);
  assert.deepEqual(searchScores([{ ...run, config }]), [0.4]);
  // By its greedy accuracy alone the second would be ahead of the first, which lost by having more.
  assert.deepEqual(searchScores([run, unmatched]), [0.4, 0.35]);
});

test("an arm that lists no settings takes no part in the search, and the report says so", () => {
  const both = settings({ ...searching, arms: { ...searching.arms, given: { entropy: { controller: "pi", target: "group" } } } });
  const cells = armCells(both);
  assert.equal(cells.filter(({ name }) => name.startsWith("search/")).length, 4);
  const [given] = cells.filter(({ name }) => name.endsWith("/given"));
  assert.deepEqual([given!.needs, given!.config.entropy.target], [undefined, "group"]);
  const results: CellResults = new Map(cells.slice(0, 4).map(({ name, config }) => [name, resultOf(config, 0.3)]));
  assert.match(
    longSections(both, { ...findingsOf(SCORES), searched: longFindings(both, results).searched }).join("\n"),
    /given had none to choose from/,
  );
});

test("unequal budgets, knobs that change the length, and too few held-out problems are refused", () => {
  const arms = { ...searching.arms, mine: { search: [{}] } };
  assert.throws(() => armCells(settings({ ...searching, arms })), /^ConfigError: arms\.mine\.search has 1 settings and that of GRPO 2/);
  const longer = { GRPO: { search: [{ grpo: { steps: 9 } }] } };
  assert.throws(() => armCells(settings({ ...searching, arms: longer })), /^ConfigError: arms\.GRPO\.search\.0\.grpo changes how long/);
  assert.throws(
    () => armCells(settings({ ...searching, search: { ...searching.search, prompts: 100 } })),
    /holds out 256 problems; .* are 300/,
  );
});
