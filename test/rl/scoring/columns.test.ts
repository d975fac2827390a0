import assert from "node:assert/strict";
import { test } from "node:test";
import { characterTokenizer } from "../../../src/data/tokenizer.ts";
import { ConfigError } from "../../../src/options/problems.ts";
import { evaluateTask } from "../../../src/rl/evaluation/evaluate_task.ts";
import { rewardFunctions } from "../../../src/rl/rewards/index.ts";
import { readRewards } from "../../../src/rl/rewards/read.ts";
import { checkSubject } from "../../../src/rl/run.ts";
import type { NamedReward } from "../../../src/rl/scoring/rewards.ts";
import type { Problem } from "../../../src/tasks/task.ts";

const model = { tokenizer: characterTokenizer("abc") } as Parameters<typeof checkSubject>[0]["model"];

const check = (rewards: readonly NamedReward[], trainProblems: readonly Problem[], evalProblems = trainProblems): void =>
  checkSubject({ model, trainProblems, evalProblems, rewards, stop: [] });

const refused = (message: RegExp) => (error: unknown) =>
  error instanceof ConfigError && error.problems.length === 1 && message.test(error.message);

const rows: readonly Problem[] = [
  { prompt: "a", answer: "1", level: 3 },
  { prompt: "b", answer: null, level: 4 },
];

test("a reward whose column no row has is refused, whatever its onError, with the columns that there are", () => {
  const missing = /^the reward \w+ compares with the column "nope", which no training problem has; the columns are answer, level$/;
  for (const make of [rewardFunctions.math, rewardFunctions.exact, rewardFunctions.contains, rewardFunctions.length]) {
    assert.throws(() => check([make({ column: "nope" })], rows), refused(missing));
    assert.throws(() => check([{ ...make({ column: "nope" }), onError: "unscored" }], rows), refused(missing));
    check([make()], rows);
  }
  check([rewardFunctions.format(), rewardFunctions.repetition()], [{ prompt: "a" }]);
  const near = /column "anwser", .* has; did you mean answer\? The columns are answer, level$/;
  assert.throws(() => check([rewardFunctions.math({ column: "anwser" })], rows), refused(near));
  const prompt = /column "prompt", which no training problem has; they have none beside the prompt$/;
  assert.throws(() => check([rewardFunctions.exact({ column: "prompt" })], [{ prompt: "a" }]), refused(prompt));
});

test("a reward of a configuration is refused under the name that it was given", async () => {
  const entry = { name: "math", column: "nope", as: "right" };
  const rewards = await readRewards([entry], { answer: "answer", load: () => Promise.reject(new Error("no module")) });
  assert.throws(() => check(rewards, rows), refused(/^the reward right compares with the column "nope"/));
});

test("in a mixture a column may be missing from most rows, and from all that are held out where another reward scores them", () => {
  const [math, exact] = [rewardFunctions.math({ column: "number" }), rewardFunctions.exact({ column: "word" })];
  const mixture: readonly Problem[] = [
    { prompt: "a", number: "1" },
    { prompt: "b", word: "x" },
  ];
  check([math, exact], mixture);
  check([math, exact], mixture, mixture.slice(1));
  check([math], mixture, []);
  const unscored = /^the reward math compares with the column "number", which no held-out problem has; the columns are word$/;
  assert.throws(() => check([math], mixture, mixture.slice(1)), refused(unscored));
});

test("an evaluation alone refuses the column too", async () => {
  const rewards = [rewardFunctions.math({ column: "nope" })];
  const subject = { name: "data", trainProblems: rows, evalProblems: rows, rewards, stop: [] };
  const options = { device: {} as never, model, subject, completions: 1, temperature: 1, seed: 0 };
  await assert.rejects(evaluateTask(options), refused(/compares with the column "nope", which no problem has/));
  const [train, held] = [[{ prompt: "a", answer: "1" }], [{ prompt: "b", solution: "1" }]];
  const other = { ...subject, trainProblems: train, evalProblems: held, rewards: [rewardFunctions.math()] };
  await assert.rejects(evaluateTask({ ...options, subject: other }), refused(/column "answer", which no held-out problem has/));
});
