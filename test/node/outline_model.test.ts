import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { outlineModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { parseTrainConfig } from "../../src/rl/config/index.ts";
import { planTraining } from "../../src/rl/trainer.ts";
import { rewards, smallModel, task } from "../small_policy.ts";

const device = await openDevice();
after(() => device.destroy());

/** Changes of a small model whose every value is in its range, and the line that refuses what they add up to. */
const TOO_LARGE: readonly (readonly [change: object, line: RegExp])[] = [
  [{ vocab_size: 16_000_000, hidden_size: 512 }, /embed_tokens\.weight needs \d+ bytes; .+ binds at most \d+/],
  [
    { num_hidden_layers: 16, hidden_size: 1024, intermediate_size: 2048 },
    /^this needs [\d.]+ GiB \(.+\); memory allows 1 GiB; weights, gradients and moments alone are [\d.]+ GiB; take a smaller model$/,
  ],
];

for (const [change, line] of TOO_LARGE) {
  test(`a model with ${JSON.stringify(change)} is refused in one line, before a weight is read`, async () => {
    const small = await smallModel(device);
    const dir = await mkdtemp(join(tmpdir(), "too-large-"));
    await writeFile(join(dir, "config.json"), JSON.stringify({ ...small.config, ...change }));
    for (const [name, text] of Object.entries(small.tokenizer.files)) await writeFile(join(dir, name), text);
    small.destroy();
    const { buffers } = device.stats;
    const subject = { trainProblems: task.problems("train"), evalProblems: task.problems("eval"), rewards, stop: [task.stop] };
    const config = parseTrainConfig({ model: dir, task: { name: "addition", digits: 1 }, memory: "1GiB", entropy: { target: 1 } });
    const plan = async () => planTraining({ device, model: await outlineModel(device, dir), config, ...subject });
    await assert.rejects(plan, (error) => {
      assert.ok(error instanceof Error, String(error));
      assert.match(error.message, line);
      assert.ok(!error.message.includes("\n") && error.message.length <= 500, error.message);
      return true;
    });
    assert.equal(device.stats.buffers, buffers, "nothing was created");
    await rm(dir, { recursive: true });
  });
}
