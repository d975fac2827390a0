import type { ArmRun, ArmsFindings } from "../../../src/experiments/framework/arms/findings.ts";

const score = { passAt1: 0.4, passAtK: 0.8, greedy: 0.5, distinct: 2 };

export function runOf(arm: string, seed: number, entropy: readonly number[], passAtK = 0.8): ArmRun {
  const alpha = entropy.map(() => 0);
  return {
    group: "",
    arm,
    seed,
    target: 0.4,
    entropy,
    alpha,
    reward: alpha,
    gated: 1,
    saturated: 0,
    equalGroups: 0,
    before: score,
    after: { ...score, passAtK },
    elsewhere: {},
    diagnoses: [],
    seconds: 1,
  };
}

/** The first half is a transient that must not count. */
export const settled = (level: number): number[] => [9, 9, 9, level - 0.01, level + 0.01, level];

export const findings: ArmsFindings = {
  k: 8,
  runs: [
    runOf("GRPO", 0, settled(0.2), 0.7),
    runOf("GRPO", 1, settled(0.22), 0.9),
    runOf("near", 0, settled(0.41), 0.72),
    runOf("near", 1, settled(0.37), 0.91),
    runOf("far", 0, settled(0.5), 0.5),
    runOf("far", 1, settled(0.41), 0.69),
  ],
};
