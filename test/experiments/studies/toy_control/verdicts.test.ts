import assert from "node:assert/strict";
import { test } from "node:test";
import { authorityOf, gainsFrom } from "../../../../src/experiments/framework/authority.ts";
import { openInQuickRuns } from "../../../../src/experiments/framework/verdict.ts";
import type { ClosedLoopRun, FixedAlphaRun, ToyFindings } from "../../../../src/experiments/studies/toy_control/findings.ts";
import type { ToySettings } from "../../../../src/experiments/studies/toy_control/settings.ts";
import { settlingOf } from "../../../../src/experiments/studies/toy_control/settling.ts";
import { toyVerdicts } from "../../../../src/experiments/studies/toy_control/verdicts.ts";

const settings = { targets: [1.2, 2.1], openLoop: { steps: 10, alphas: [-0.9, 0, 0.9] } } as unknown as ToySettings;

/** A run that goes from 1.8 to `level` within ten steps and stays there. */
function closed(loop: "p" | "pi", regime: "on-policy" | "off-policy", target: number, level: number): ClosedLoopRun {
  const entropy = Array.from({ length: 60 }, (_, step) => level + (1.8 - level) * Math.max(0, 1 - step / 10));
  return { seed: 0, regime, loop, target, entropy, alpha: entropy, reward: entropy, equalGroups: 0, gated: 1, saturated: 0 };
}

function findings(options: { sign?: number; p?: number; pi?: number; equalGroups?: number } = {}): ToyFindings {
  const { sign = 1, p = 0.97, pi = 1.01, equalGroups = 0 } = options;
  const fixed = (alpha: number, steps: number): FixedAlphaRun => ({
    seed: 0,
    alpha,
    steps,
    before: 1.8,
    after: 1.8 - sign * 0.02 * steps * (alpha + 0.1),
    entropy: [],
  });
  const openLoop = [-0.9, 0, 0.9].map((alpha) => fixed(alpha, 10));
  const loops = (["on-policy", "off-policy"] as const).flatMap((regime) =>
    settings.targets.flatMap((target) => [closed("p", regime, target, p * target), closed("pi", regime, target, pi * target)]),
  );
  return {
    gains: { authority: 0.02, drift: 0, kp: 5, ki: 0.25 },
    plants: [{ seed: 0, ...authorityOf(openLoop) }],
    oneStep: [-0.9, 0, 0.9].map((alpha) => fixed(alpha, 1)),
    openLoop,
    closedLoop: loops.map((run) => ({ ...run, equalGroups })),
  };
}

const failed = (given: ToyFindings): string[] =>
  toyVerdicts(settings, given)
    .filter(({ passed }) => !passed)
    .map(({ claim }) => claim);

test("a plant is found in its open loop, and the gains follow", () => {
  const runs = [-0.9, -0.45, 0, 0.45, 0.9].map((alpha) => ({ alpha, before: 2, after: 2 + 12 * (-0.01 - 0.025 * alpha), steps: 12 }));
  const { authority, drift } = authorityOf(runs);
  assert.ok(Math.abs(authority - 0.025) < 1e-12 && Math.abs(drift + 0.01) < 1e-12, `${authority}, ${drift}`);
  assert.deepEqual(gainsFrom(authority, { lambda: 0.1, integral: 0.05 }), { kp: 4, ki: 0.2 });
});

test("a run as it should be passes every claim", () => {
  assert.deepEqual(failed(findings()), []);
});

test("each thing that goes wrong fails its own claims", () => {
  const reversed = failed(findings({ sign: -1 }));
  assert.equal(reversed.length, 3, reversed.join("; "));
  assert.ok(reversed.some((claim) => claim.startsWith("One step")) && reversed.some((claim) => claim.startsWith("The authority")));
  const off = failed(findings({ pi: 0.94 }));
  assert.equal(off.filter((claim) => claim.startsWith("PI,")).length, 3, off.join("; "));
  assert.deepEqual(
    failed(findings({ p: 1.005 })).map((claim) => claim.split(":")[0]),
    ["On-policy", "Off-policy"],
  );
  assert.ok(failed(findings({ equalGroups: 0.3 }))[0]?.startsWith("Rewards never"));
});

test("a short run does not judge P against PI", () => {
  const open = openInQuickRuns(toyVerdicts(settings, findings({ p: 1 })), true).filter(({ passed }) => passed === undefined);
  assert.equal(open.length, 2);
});

test("settling: offset, first arrival, overshoot", () => {
  const entropy = [2, 1.8, 1.6, 1.4, 1.2, 1, 0.9, 1, 1, 1, 1, 1, 1, 1, 1];
  const settling = settlingOf({ entropy, alpha: entropy }, 1);
  assert.equal(settling.offset, 0);
  assert.equal(settling.reached, 9, "the mean of 1.2, 1, 0.9, 1, 1 is within 5 % of 1");
  assert.ok(Math.abs(settling.overshoot - 0.1) < 1e-12);
  assert.ok(Math.abs(settling.meanError) < 1e-12);
  assert.equal(settlingOf({ entropy: [2, 2, 2, 2, 2], alpha: [0] }, 1).reached, undefined);
});
