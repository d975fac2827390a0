import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSftConfig } from "../../../src/rl/config/index.ts";
import { warmStart } from "../../../src/rl/warm_start/warm_start.ts";
import type { Task } from "../../../src/tasks/task.ts";
import { sharedDevice } from "../../shared_device.ts";
import { task as addition, smallModel } from "../../small_policy.ts";

const device = await sharedDevice();
const config = parseSftConfig({
  model: { model_type: "llama" },
  task: { name: "addition", digits: 1 },
  sft: { steps: 1, batch: 2, learningRate: 0.01 },
  eval: { prompts: 2, completions: 2 },
});

const remedy = "return a list of at least one text, or leave the problem out";

for (const [what, solutions, message] of [
  ["no solution", () => [], `returned [] for the prompt "1+2="; ${remedy}`],
  ["a number", () => [14], `returned [14] for the prompt "1+2="; ${remedy}`],
  ["a text alone", () => "3$", `returned "3$" for the prompt "1+2="; ${remedy}`],
  ["a promise", async () => ["3$"], `returned a promise for the prompt "1+2="; ${remedy}`],
  ["an error", () => JSON.parse("{"), /^solutions\(\) of the task "addition" failed on the prompt "1\+2=": .*JSON.*; mend it, or leave/],
] as const) {
  test(`a task whose solutions() gives ${what} is refused with its name and the prompt`, async () => {
    const model = await smallModel(device);
    const given = { problems: () => [{ prompt: "1+2=" }], solutions: solutions as unknown as Task["solutions"] };
    const start = warmStart({ device, model, task: { ...addition, ...given }, config });
    const expected = typeof message === "string" ? `solutions() of the task "addition" ${message}` : message;
    await assert.rejects(start.next(), { name: "ConfigError", message: expected });
    model.destroy();
  });
}

test("a task without training problems is refused", async () => {
  const model = await smallModel(device);
  const start = warmStart({ device, model, task: { ...addition, problems: () => [] }, config });
  await assert.rejects(start.next(), {
    name: "ConfigError",
    message: /^the training problems of the task addition is empty; give at least one/,
  });
  model.destroy();
});
