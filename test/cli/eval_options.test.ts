import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Command } from "commander";
import { type EvalOptions, evaluationOptions, register } from "../../src/cli/eval.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { evaluateTask, type TaskEvaluationOptions } from "../../src/rl/evaluation/evaluate_task.ts";
import { subjectOfTask } from "../../src/rl/subject.ts";
import { smallModel, task } from "../small_policy.ts";

const device = await openDevice();
const model = await smallModel(device);
after(() => {
  model.destroy();
  device.destroy();
});

/** What the command makes of its words. */
function optionsOf(words: string): ReturnType<typeof evaluationOptions> {
  let parsed: EvalOptions | undefined;
  const command = new Command("eval");
  register(command);
  command.action((options: EvalOptions) => {
    parsed = options;
  });
  command.parse(words.split(" ").filter(Boolean), { from: "user" });
  return evaluationOptions(parsed!);
}

test("every option of eval that an evaluation takes comes through", () => {
  const words =
    "--model m --prompts 7 --completions 6 --temperature 0.7 --ks 2,4 --temperatures 0.6,0.3 --entropies 0.2 --max-new-tokens 5 --seed 9 --memory 1MiB";
  assert.deepEqual(optionsOf(words), {
    ...{ prompts: 7, completions: 6, temperature: 0.7, ks: [2, 4], temperatures: [0.6, 0.3], entropies: [0.2] },
    ...{ maxNewTokens: 5, seed: 9, memory: 2 ** 20 },
  });
  assert.deepEqual(optionsOf("--model m"), { completions: 8, temperature: 1, seed: 0 });
  assert.equal(optionsOf("--model m --temperature 0").temperature, 0);
});

test("an evaluation is sampled as its options say", async () => {
  const of = (more: Partial<TaskEvaluationOptions> = {}) =>
    evaluateTask({ device, model, subject: subjectOfTask(task), prompts: 5, completions: 3, temperature: 1, seed: 0, ...more });
  const texts = async (more: Partial<TaskEvaluationOptions> = {}): Promise<string[]> => (await of(more)).entries.map(({ text }) => text);
  const usual = await texts();
  assert.equal(usual.length, 15);
  assert.deepEqual(await texts(), usual);
  assert.notDeepEqual(await texts({ seed: 1 }), usual);
  assert.equal((await texts({ prompts: 2 })).length, 6);
  const short = await of({ maxNewTokens: 1, ks: [2], temperatures: [0.5] });
  assert.ok(short.entries.every(({ completion }) => completion.ids.length === 1));
  assert.deepEqual([...short.passAt.keys()], [1, 2, 3]);
  assert.deepEqual(
    short.further.atTemperatures.map(({ temperature }) => temperature),
    [0.5],
  );
  const greedy = await texts({ temperature: 0 });
  for (const [i, text] of greedy.entries()) assert.equal(text, greedy[i - (i % 3)], "greedy completions of a problem are alike");
  assert.notDeepEqual(greedy, usual);
});
