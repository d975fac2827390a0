import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { costOf } from "../../bench/gpu_day/dispatches.ts";
import { SHAPES } from "../../bench/gpu_day/shapes.ts";
import { nullDevice, withLargeLimits } from "../gpu/null_device.ts";

/**
 * What GPUs with subgroups of 32 are given to do. A change that lowers a number lowers it here and in docs/performance.md, and one that
 * raises it says why: decode attention over more than 128 positions takes a second dispatch a layer, which merges the parts.
 */
const COSTS: Readonly<Record<string, { readonly step: number; readonly mebibytes: number; readonly token: number }>> = {
  S: { step: 110, mebibytes: 36, token: 37 },
  M: { step: 154, mebibytes: 103, token: 53 },
  L: { step: 325, mebibytes: 1234, token: 127 },
  Qwen: { step: 717, mebibytes: 7911, token: 222 },
};

test("dispatches of a training step and of a decoded token, and the memory of a step's plan, are those that are written down", async () => {
  const device = withLargeLimits(await nullDevice());
  const page = readFileSync("docs/performance.md", "utf8");
  for (const shape of SHAPES) {
    const { step, stepBytes, token } = await costOf(device, shape);
    const mebibytes = Math.round(stepBytes / 2 ** 20);
    assert.deepEqual({ step, mebibytes, token }, COSTS[shape.name], shape.name);
    const row = new RegExp(`^\\| ${shape.name}\\b.* \\| ${step} \\| ${mebibytes} MiB \\| ${token} \\|$`, "m");
    assert.match(page, row, `docs/performance.md has no row of ${shape.name} that ends with ${step}, ${mebibytes} MiB and ${token}`);
  }
});
