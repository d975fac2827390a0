import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodeOf, FailedError } from "../../src/cli/errors.ts";
import { afterSkips } from "../../src/cli/skipped_stop.ts";
import { SkippedStepsError, watchSkips } from "../../src/rl/learning/skipped_steps.ts";

test("a run that skipped too many steps keeps the last of them, names its checkpoint, and fails with exit code 1", async () => {
  const kept: number[] = [];
  const error = await afterSkips(new SkippedStepsError("3 steps in a row", 7), "lower the rate", async (result: number) => {
    kept.push(result);
    return "runs/a/checkpoints/step-000007";
  });
  assert.deepEqual(kept, [7]);
  assert.ok(error instanceof FailedError, String(error));
  assert.equal(error.message, "3 steps in a row; last good checkpoint: runs/a/checkpoints/step-000007; lower the rate");
  assert.equal(exitCodeOf(error), 1);
});

test("any other error stays what it is, and nothing is kept", async () => {
  const other = new Error("disk full");
  const keep = (): Promise<string> => Promise.reject(new Error("kept"));
  assert.equal(await afterSkips(other, "", keep), other);
});

test("only steps in a row count, and the last good one is named", async () => {
  const watch = watchSkips<string>(3, "grpo.stopAfterSkipped 3");
  const explain = async (place: string): Promise<string> => `${place}: a kernel`;
  const see = (step: number, wasSkipped: boolean): Promise<void> => watch({ step, wasSkipped, explain, result: `result ${step}` });
  for (const [step, wasSkipped] of [true, true, false, true, true].entries()) await see(step + 1, wasSkipped);
  await assert.rejects(see(6, true), {
    name: "SkippedStepsError",
    message: /^3 steps in a row .*\(grpo\.stopAfterSkipped 3\): step 6: a kernel; the weights are those of step 3$/,
    result: "result 6",
  });
});
