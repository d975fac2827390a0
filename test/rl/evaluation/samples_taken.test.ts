import assert from "node:assert/strict";
import { test } from "node:test";
import { characterTokenizer } from "../../../src/data/tokenizer.ts";
import type { Completion, Sampler } from "../../../src/policy/sampler.ts";
import { type EvaluateOptions, type Evaluation, evaluatePolicy } from "../../../src/rl/evaluation/evaluate.ts";
import { evaluationMetrics } from "../../../src/rl/evaluation/evaluation_metrics.ts";
import type { PolicyModel } from "../../../src/rl/model.ts";

const tokenizer = characterTokenizer("abcd0123456789");
const model = { tokenizer } as unknown as PolicyModel;

/** How often it was asked, for how many completions and at which temperature. */
interface Call {
  readonly completions: number;
  readonly temperature: number | undefined;
}

/** Samples the texts that it is given, one after another; their entropy is the temperature. */
function samplerOf(texts: readonly string[]): { sampler: Sampler; calls: Call[] } {
  const calls: Call[] = [];
  const completionOf = (text: string, temperature: number): Completion => {
    const ids = tokenizer.encode(text, { specialTokens: false });
    return { ids, logprobs: new Float32Array(ids.length), entropies: new Float32Array(ids.length).fill(temperature), finishReason: "stop" };
  };
  const generate: Sampler["generate"] = async (prompts, _seed, { temperature } = {}) => {
    calls.push({ completions: prompts.length, temperature });
    return prompts.map((_, i) => completionOf(texts[i % texts.length]!, temperature ?? 1));
  };
  return { sampler: { generate, destroy: () => undefined }, calls };
}

const isRight: EvaluateOptions["score"] = async (entries) => entries.map(({ text }) => (text === "c" ? 0 : 1));

function evaluate(sampler: Sampler, problems: number, more: Partial<EvaluateOptions> = {}): Promise<Evaluation> {
  const asked = Array.from({ length: problems }, (_, n) => ({ prompt: String(n) }));
  return evaluatePolicy({ model, problems: asked, completions: 1, seed: 1, sampler, score: isRight, ...more });
}

test("eval/distinct counts the different right answers of a problem, on average", async () => {
  const one = await evaluate(samplerOf(["a", "a", "b", "c"]).sampler, 1, { completions: 4 });
  assert.equal(one.distinct, 2);
  assert.equal(one.passAt1, 3 / 4);
  const two = await evaluate(samplerOf(["a", "a", "b", "c", "c", "c", "c", "a"]).sampler, 2, { completions: 4 });
  assert.equal(two.distinct, 3 / 2, "one answer in two problems counts in both");
  assert.equal((await evaluate(samplerOf(["c"]).sampler, 2, { completions: 4 })).distinct, 0);
});

test("the search for a temperature takes a quarter of the problems, but 128 where there are so many; the measurement takes all", async () => {
  for (const [problems, searched] of [
    [100, 100],
    [200, 128],
    [512, 128],
    [1000, 250],
  ] as const) {
    const { sampler, calls } = samplerOf(["a", "b"]);
    const { further } = await evaluate(sampler, problems, { completions: 2, whole: { sampler }, entropies: [0.3] });
    const [{ found }] = further.atEntropies as [(typeof further.atEntropies)[number]];
    // At first the policy is sampled as it is, and once more greedily.
    const [own, greedy, ...rest] = calls;
    assert.deepEqual([own!.completions, greedy], [2 * problems, { completions: problems, temperature: 0 }]);
    const search = rest.slice(0, -1).map(({ completions }) => completions);
    assert.ok(search.length > 2, `${search}`);
    assert.deepEqual(new Set(search), new Set([2 * searched]), `${problems} problems`);
    assert.deepEqual(rest.at(-1), { completions: 2 * problems, temperature: found!.temperature });
    assert.ok(Math.abs(found!.entropy - 0.3) < 0.01);
  }
});

test("eval/reward is the mean of the rewards that there are, and left out where nothing was scored; pass@k counts the unscored as wrong", async () => {
  const scores = new Map<string, number | null>([
    ["a", 1],
    ["b", 0.5],
    ["c", null],
  ]);
  const score: EvaluateOptions["score"] = async (entries) => entries.map(({ text }) => scores.get(text) ?? null);
  const some = await evaluate(samplerOf(["a", "c", "b", "c"]).sampler, 2, { completions: 2, score });
  assert.deepEqual([some.reward, some.passAt1, some.passAtK], [0.75, 1 / 4, 1 / 2]);
  assert.equal(evaluationMetrics(some)["eval/reward"], 0.75);
  const none = await evaluate(samplerOf(["c"]).sampler, 2, { completions: 2, score });
  assert.deepEqual([none.reward, none.passAt1], [undefined, 0]);
  assert.ok(!("eval/reward" in evaluationMetrics(none)) && "eval/pass@1" in evaluationMetrics(none));
});
