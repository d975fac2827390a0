import assert from "node:assert/strict";
import { test } from "node:test";
import { rewardFunctions, rewardRegistry } from "../../../src/rl/rewards/index.ts";
import { type RewardEntry, readRewards } from "../../../src/rl/rewards/read.ts";
import { combineRewards, type NamedReward, type RewardInput, rewardMetrics } from "../../../src/rl/scoring/rewards.ts";

const inputOf = (completions: readonly string[], more: Partial<RewardInput> = {}): RewardInput => ({
  prompts: completions.map(() => "p"),
  completions,
  completionIds: completions.map((text) => [...text].map((_, i) => i)),
  columns: {},
  state: { step: 0, maxNewTokens: 10 },
  ...more,
});

const scores = (reward: NamedReward, completions: readonly string[], more?: Partial<RewardInput>) =>
  reward.reward(inputOf(completions, more));

test("exact and contains compare with the answer's column, without what ended a completion", () => {
  const columns = { answer: ["Yes", "Yes", "Yes", null], solution: ["no", "no", "no", "no"] };
  const texts = [" Yes\n", "yes", "I say Yes!", "Yes"];
  assert.deepEqual(scores(rewardFunctions.exact(), texts, { columns }), [1, 0, 0, null]);
  assert.deepEqual(scores(rewardFunctions.exact({ ignoreCase: true }), texts, { columns }), [1, 1, 0, null]);
  assert.deepEqual(scores(rewardFunctions.contains(), texts, { columns }), [1, 0, 1, null]);
  assert.deepEqual(scores(rewardFunctions.contains({ column: "solution" }), ["no", "know", "", "x"], { columns }), [1, 1, 0, 0]);
  const ended = { columns: { answer: ["Yes"] }, withoutEnd: ["Yes"] };
  assert.deepEqual(scores(rewardFunctions.exact(), ["Yes<|im_end|>"], ended), [1]);
});

test("an answer that is a list or an object is its JSON, with large whole numbers in all their digits", () => {
  const columns = { answer: [[12345678901234567890n, 2], [{ n: [9007199254740993n], s: 'a"', none: null }], [new Date(0)]] };
  const written = ["[12345678901234567890,2]", '[{"n":[9007199254740993],"s":"a\\"","none":null}]', '["1970-01-01T00:00:00.000Z"]'];
  assert.deepEqual(scores(rewardFunctions.exact(), written, { columns }), [1, 1, 1]);
  assert.deepEqual(scores(rewardFunctions.math(), ["\\boxed{[12345678901234567890, 2.0]}", "", ""], { columns }), [1, 0, 0]);
});

test("regex matches somewhere, format the whole", () => {
  assert.deepEqual(scores(rewardFunctions.regex({ pattern: "^b", flags: "mi" }), ["a\nB", "ab"]), [1, 0]);
  const form = rewardFunctions.format();
  const good = "<think>a\nb</think>\n<answer>c</answer>";
  const bad = [
    `x${good}`,
    `${good}${good}`,
    "<think>a</think>",
    "<think>a<think>b</think><answer>c</answer>",
    "<answer>c</answer><think>a</think>",
  ];
  assert.deepEqual(scores(form, [good, ` ${good}\n`, ...bad]), [1, 1, 0, 0, 0, 0, 0]);
  assert.deepEqual(scores(rewardFunctions.format({ pattern: "a|b" }), ["a", "ab"]), [1, 0], "alternatives are whole too");
  assert.throws(() => rewardFunctions.format({ pattern: "(" }), /rewards\.format\.pattern is "\("; it must be a regular expression/);
  assert.throws(() => rewardFunctions.regex({ flags: "g" }), /rewards\.regex\.flags is "g"/);
  const refused = /^ConfigError: rewards\.regex\.pattern is ".*"; it must be a regular expression of JavaScript with the flags u$/;
  assert.throws(() => rewardFunctions.regex({ pattern: "\\-", flags: "u" }), refused);
  assert.deepEqual(scores(rewardFunctions.regex({ pattern: "[\\p{L}--[a-z]]", flags: "v" }), ["A", "a"]), [1, 0]);
});

test("length follows the cosine, by right and wrong", () => {
  const columns = { answer: ["5", "5", "5", "5", null] };
  const completionIds = [[], Array(5).fill(0), Array(20).fill(0), [], []];
  const given = scores(rewardFunctions.length(), ["5", "5", "5", "6", "5"], { columns, completionIds }) as (number | null)[];
  assert.deepEqual(
    given.map((one) => one && Number(one.toFixed(9))),
    [1, 0.75, 0.5, -1, null],
  );
  const own = rewardFunctions.length({ judge: "exact", longest: 4, wrongShort: 0, wrongLong: 2 });
  assert.deepEqual(scores(own, ["x"], { columns: { answer: ["5"] }, completionIds: [[1, 2, 3, 4]] }), [2]);
  const gold = rewardFunctions.length({ column: "gold" });
  const both = { gold: ["5", "6"], answer: ["6", "5"] };
  assert.deepEqual(scores(gold, ["5", "5"], { columns: both, completionIds: [[], []] }), [1, -1], "right and wrong by the column");
});

test("repetition is the share of repeated n-grams, times the penalty", () => {
  const words = rewardFunctions.repetition({ size: 2, penalty: -3 });
  const given = scores(words, ["a b c", "A b a B a b", "a", ""]) as number[];
  assert.deepEqual(
    given.map((one) => Number(one.toFixed(9))),
    [0, -1.8, 0, 0],
  );
  assert.ok(Object.is(given[0], 0), "no repetition is 0 and not -0");
  assert.deepEqual(scores(rewardFunctions.repetition({ size: 1, unit: "tokens" }), ["x"], { completionIds: [[7, 7, 7, 7]] }), [-0.75]);
});

const read = (entries: readonly RewardEntry[], answer: string | null = "gold") =>
  readRewards(entries, {
    answer,
    load:
      async ({ path }) =>
      () => [path.length],
  });

test("rewards are read by name, with weights and names of their own, and compare with the task's answer", async () => {
  const rewards = await read(["math", { name: "format", pattern: "x", weight: 0.2, as: "is-x" }, { name: "./dir/mine.ts", weight: 2 }]);
  assert.deepEqual(
    rewards.map(({ name, weight, onError }) => [name, weight, onError]),
    [
      ["math", 1, undefined],
      ["is-x", 0.2, undefined],
      ["mine", 2, "unscored"],
    ],
  );
  const { rewards: sums } = await combineRewards(rewards)(inputOf(["7"], { columns: { gold: ["7.0"] } }));
  assert.deepEqual(sums, [1 + 2 * "./dir/mine.ts".length]);
});

test("what is wrong with a list of rewards is said in one line", async () => {
  const refused: readonly (readonly [readonly RewardEntry[], RegExp, (string | null)?])[] = [
    [["mathe"], /task\.rewards\.0 is "mathe"; it must be one of math, .* or the path of a module.*did you mean math\?/],
    [["math"], /the reward math compares with the right answer; name its column in task\.answer/, null],
    [[{ name: "math", colum: "x" }], /rewards\.math\.colum is not a known key; did you mean column\?/],
    [[{ name: "./m.ts", timeout: 0 }], /task\.rewards\.0\.timeout is 0; it must be a number above 0/],
    [[{ name: "math", weight: "x" }], /task\.rewards\.0\.weight is "x"/],
    [["math", "math"], /two reward functions are named "math"/],
  ];
  for (const [entries, message, answer = "gold"] of refused) {
    await assert.rejects(
      read(entries, answer),
      (error: Error) => message.test(error.message) && !error.message.includes("\n"),
      String(message),
    );
  }
});

test("every reward declares itself: its key, and a sentence for each option", () => {
  for (const [key, { key: own, description, options }] of Object.entries(rewardRegistry)) {
    assert.equal(own, key);
    assert.ok(description.length > 20, key);
    for (const [name, schema] of Object.entries(options.shape)) assert.ok(schema.description, `${key}.${name}`);
  }
});

test("with onError unscored a failure costs the completions of its prompt, is told and counted; stop rejects with the prompt", async () => {
  const input = inputOf(["1", "2", "3", "4"], { prompts: ["a", "a", "b", "c"], columns: { n: [1, 2, 3, 4] } });
  const reward: NamedReward["reward"] = ({ prompts, columns }) => {
    if (prompts[0] === "b") throw new Error("no b");
    if (prompts[0] === "c") return new Promise(() => {});
    return columns.n as number[];
  };
  const combined = await combineRewards([{ name: "mine", reward, onError: "unscored", timeout: 0.05 }])(input);
  assert.deepEqual(combined.rewards, [1, 2, null, null]);
  const failures = combined.failures!.get("mine")!;
  assert.deepEqual(
    failures.map(({ prompt, completions }) => [prompt, completions]),
    [
      ["b", 1],
      ["c", 1],
    ],
  );
  assert.match(failures[0]!.reason, /failed on the prompt "b": no b/);
  assert.match(failures[1]!.reason, /took longer than 0\.05 s on the prompt "c"/);
  assert.equal(rewardMetrics(combined)["rewards/mine/failed"], 2);
  await assert.rejects(combineRewards([{ name: "mine", reward, onError: "stop" }])(input), /"mine" failed on the prompt "b": no b/);
  const wrong = await combineRewards([{ name: "short", reward: () => [1], onError: "unscored" }])(input);
  assert.deepEqual(wrong.rewards, [null, null, 1, 1], "wrong returns count as failures");
});
