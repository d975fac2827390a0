import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readRun, resumedConfig } from "../../src/cli/run_config.ts";

const dir = mkdtempSync(join(tmpdir(), "entropic-recorded-"));
after(() => rmSync(dir, { recursive: true, force: true }));

test("a recorded configuration that contradicts a rule of today goes on where a resume changes what is wrong", async () => {
  const grpo = "{ loss: gspo, cacheStorage: f16, steps: 4 }";
  writeFileSync(join(dir, "config.yaml"), `model: m\ntask: { name: addition }\ngrpo: ${grpo}\n`);
  const run = await readRun(dir);
  assert.equal(run.command, "train");
  assert.throws(() => resumedConfig(run as never, [], 2), /grpo\.cacheStorage is "f16"; it must be f32 with loss gspo/);
  const { config, changes } = resumedConfig(run as never, ["grpo.cacheStorage=f32"], 2);
  assert.equal(config.grpo.cacheStorage, "f32");
  assert.deepEqual(changes, [{ after: 2, option: "grpo.cacheStorage", from: "f16", to: "f32" }]);
});
