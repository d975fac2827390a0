import assert from "node:assert/strict";
import { applyOverrides, ConfigError, parseTrainConfig } from "../../src/rl/config/index.ts";

/** The least that a configuration says. */
export const minimal = { model: "models/checkpoints/countdown-base", task: { name: "countdown", numbers: 3, max: 9 } };

/** The lines that an action is refused with; none where it is not. */
export function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.message, error.problems.join("\n"));
    for (const problem of error.problems) assert.ok(!problem.includes("\n"), problem);
    return error.problems;
  }
  return [];
}

export const parseWith = (...overrides: string[]) => parseTrainConfig(applyOverrides(minimal, overrides));
