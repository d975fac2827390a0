import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { parse } from "yaml";
import {
  driftsLess,
  holdsTarget,
  isCloser,
  isLessOff,
  isNoWorse,
  isSteadier,
  leavesTarget,
  staysNear,
} from "../../../src/experiments/framework/arms/claims.ts";
import type { ArmsFindings } from "../../../src/experiments/framework/arms/findings.ts";
import { type Claim, judgeClaims } from "../../../src/experiments/framework/arms/judge.ts";
import { armStudy } from "../../../src/experiments/framework/arms/study.ts";
import { settingsFile } from "../../../src/experiments/framework/settings.ts";
import { parseSummary } from "../../../src/experiments/framework/summary.ts";
import { openInQuickRuns, type Verdict } from "../../../src/experiments/framework/verdict.ts";
import { findings, runOf, settled } from "./arm_runs.ts";

const shipped: unknown = parse(await readFile(settingsFile({ name: "tau" }), "utf8"));

function judge(claim: Claim, given: ArmsFindings = findings): Verdict {
  return judgeClaims([claim], given)[0]!;
}

test("claims pass for runs that bear them out and fail for runs that do not", () => {
  assert.equal(judge(holdsTarget("near")).passed, true);
  assert.equal(judge(holdsTarget("far")).passed, false);
  assert.match(judge(holdsTarget("far")).measured, /^1 of 2 seeds/);
  assert.equal(judge(leavesTarget("GRPO")).passed, true);
  assert.equal(judge(leavesTarget("near")).passed, false);
  assert.equal(judge(isCloser("near", ["far", "GRPO"])).passed, true);
  assert.equal(judge(isCloser("far", ["near"])).passed, false);
  assert.equal(judge(isNoWorse("near", "GRPO")).passed, true);
  // Differences of -0.20 and -0.21: the interval over two seeds ends below the margin.
  assert.equal(judge(isNoWorse("far", "GRPO")).passed, false);
  const open = openInQuickRuns(judgeClaims([holdsTarget("far"), leavesTarget("near"), isNoWorse("far", "GRPO")], findings), true);
  for (const { passed } of open) assert.equal(passed, undefined, "a quick run is too short to judge this");
});

test("a claim about an arm without runs is not judged, whatever it claims, and says why", () => {
  const claims = [holdsTarget("mine"), staysNear("mine"), leavesTarget("mine"), isNoWorse("near", "mine"), isLessOff("mine", "far")];
  for (const claim of [...claims, isCloser("mine", ["far"]), isSteadier("near", "mine"), driftsLess("mine", "near")]) {
    const { measured, passed } = judge(claim);
    assert.equal(passed, undefined, claim.claim);
    assert.equal(measured, "these settings have no arm mine");
  }
  assert.deepEqual(judge(isCloser("near", [])).passed, undefined);
});

test("a claim about a distance from the target is not judged where an arm has none", () => {
  const aimless: ArmsFindings = { k: 8, runs: findings.runs.map((run) => (run.arm === "far" ? { ...run, target: null } : run)) };
  assert.deepEqual(judge(isLessOff("near", "far"), aimless), {
    claim: isLessOff("near", "far").claim,
    evenQuick: false,
    measured: "these settings give no target to far",
    passed: undefined,
  });
  assert.equal(judge(holdsTarget("near"), aimless).passed, true);
  assert.equal(judge(isNoWorse("far", "GRPO"), aimless).passed, false, "needs no target");
});

test("a misspelt arm throws before anything runs and when a report is written", async () => {
  const study = armStudy({ name: "tau", description: "d", title: "t", question: "q", claims: () => [holdsTarget("entropy-efect")] });
  const message =
    /^a claim names the arm entropy-efect, which no settings have; did you mean entropy-effect\? The arms are GRPO, tau 0, [^\n]*$/;
  assert.throws(() => study.prepare(shipped, { quick: true, shipped }), { message });
  const summary = parseSummary(await readFile(new URL("../../../docs/results/tau/summary.json", import.meta.url), "utf8"), study, "s");
  await assert.rejects(study.report(summary, shipped), { message });
});

test("steadiness and drift are judged by a paired test over seeds", () => {
  const steady = [0, 1, 2, 3].map((seed) => runOf("steady", seed, settled(0.4 + 0.001 * seed)));
  const wild = [0, 1, 2, 3].map((seed) => runOf("wild", seed, [9, 9, 9, 0.2, 0.5 + 0.01 * seed, 0.8 + 0.01 * seed]));
  const all: ArmsFindings = { k: 8, runs: [...steady, ...wild] };
  assert.equal(judge(isSteadier("steady", "wild"), all).passed, true);
  assert.equal(judge(isSteadier("wild", "steady"), all).passed, false);
  assert.equal(judge(driftsLess("steady", "wild"), all).passed, true);
  assert.equal(judge(driftsLess("wild", "steady"), all).passed, false);
  // Two seeds that differ by nothing but chance are not enough.
  const swapped = steady.slice(0, 2).map((run, i) => ({ ...run, arm: "wild", seed: 1 - i }));
  const alike: ArmsFindings = { k: 8, runs: [...steady.slice(0, 2), ...swapped] };
  assert.equal(judge(isSteadier("steady", "wild"), alike).passed, false);
});

test("the integral's claim compares the offsets of the means, whatever their sign", () => {
  assert.equal(judge(isLessOff("near", "far")).passed, true);
  assert.equal(judge(isLessOff("far", "near")).passed, false);
});
