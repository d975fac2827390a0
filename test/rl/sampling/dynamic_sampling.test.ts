import assert from "node:assert/strict";
import { test } from "node:test";
import type { AdvantageName } from "../../../src/rl/advantages/index.ts";
import { type SamplingOptions, type ScoredRollout, sampleStep, teachingGroups } from "../../../src/rl/sampling/dynamic_sampling.ts";
import type { SequenceKeys } from "../../../src/rl/sampling/keys.ts";
import type { RolloutEntry } from "../../../src/rl/sampling/rollout.ts";
import { overlongReward } from "../../../src/rl/scoring/overlong.ts";
import type { Problem } from "../../../src/tasks/task.ts";

const problems: Problem[] = Array.from({ length: 40 }, (_, i) => ({ prompt: String(i) }));

interface Call {
  readonly prompts: string[];
  readonly keys: SequenceKeys;
}

/** A rollout whose groups have differing rewards where `differs` says so of the prompt. */
function sampler(differs: (prompt: string) => boolean, completions: number): { calls: Call[]; rollout: SamplingOptions["rollout"] } {
  const calls: Call[] = [];
  const rollout = async (chosen: readonly Problem[], keys: SequenceKeys): Promise<ScoredRollout> => {
    calls.push({ prompts: chosen.map(({ prompt }) => String(prompt)), keys });
    const entries = chosen.flatMap((problem) =>
      Array.from({ length: completions }, () => ({ problem, promptIds: [], completion: {}, text: "" }) as unknown as RolloutEntry),
    );
    const rewards = entries.map(({ problem }, i) => (differs(String(problem.prompt)) && i % completions === 0 ? 1 : 0));
    return { entries, scores: { rewards, byFunction: new Map([["r", rewards]]), parts: [{ weight: 1, scores: rewards }] } };
  };
  return { calls, rollout };
}

const shared = { problems, seed: 3, step: 2, prompts: 8, completions: 2, advantage: "grpo", advantageK: 4 } as const;
const promptsOf = ({ entries }: ScoredRollout): string[] =>
  entries.filter((_, i) => i % 2 === 0).map(({ problem }) => String(problem.prompt));
const isOdd = (prompt: string): boolean => Number(prompt) % 2 === 1;

test("without dynamic sampling a step is its first rollout, whatever the rewards", async () => {
  const { calls, rollout } = sampler(() => false, 2);
  const { trained, all, rounds } = await sampleStep({ ...shared, extraRounds: 0, rollout });
  assert.equal(calls.length, 1);
  assert.deepEqual(calls[0]!.keys, { first: 2 * 8 * 2, block: 0 });
  assert.equal(rounds, 1);
  assert.deepEqual(trained, all);
});

test("groups without a difference give way to those of further problems, none drawn twice", async () => {
  const { calls, rollout } = sampler(isOdd, 2);
  const { trained, all, rounds } = await sampleStep({ ...shared, extraRounds: 9, rollout });
  assert.ok(rounds > 1 && rounds === calls.length);
  assert.equal(promptsOf(trained).length, 8);
  assert.ok(promptsOf(trained).every(isOdd), String(promptsOf(trained)));
  const drawn = calls.flatMap(({ prompts }) => prompts);
  assert.equal(new Set(drawn).size, drawn.length);
  assert.equal(all.entries.length, 2 * drawn.length);
  for (const list of [trained.scores.rewards, trained.scores.byFunction.get("r")!, trained.scores.parts[0]!.scores]) {
    assert.deepEqual(list, [1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
  }
  // Each further round asks for no more than what is missing.
  assert.ok(calls.slice(1).every(({ prompts }, i) => prompts.length <= calls[i]!.prompts.length));
});

test("where the rounds do not suffice, what was left out fills the batch", async () => {
  const { calls, rollout } = sampler((prompt) => prompt === "7", 2);
  const { trained, rounds } = await sampleStep({ ...shared, extraRounds: 2, rollout });
  assert.equal(rounds, 3);
  assert.equal(promptsOf(trained).length, 8);
  assert.equal(
    promptsOf(trained).includes("7"),
    calls.some(({ prompts }) => prompts.includes("7")),
  );
});

test("no problem is drawn twice and none is left while groups are missing, however many the task has", async () => {
  for (const size of [9, 12, 16, 20, 24, 33, 40]) {
    for (let step = 0; step < 20; step += 1) {
      const { calls, rollout } = sampler(() => false, 2);
      await sampleStep({ ...shared, step, problems: problems.slice(0, size), extraRounds: 16, rollout });
      const further = calls.slice(1).flatMap(({ prompts }) => prompts);
      const first = new Set(calls[0]!.prompts);
      assert.equal(new Set(further).size, further.length, `twice, of ${size} at step ${step}`);
      assert.ok(further.every((prompt) => !first.has(prompt)));
      assert.equal(first.size + further.length, size, `left, of ${size} at step ${step}`);
    }
  }
});

test("a task that runs out of problems ends the search", async () => {
  const { calls, rollout } = sampler(() => false, 2);
  const { trained, keptFraction } = await sampleStep({ ...shared, problems: problems.slice(0, 10), extraRounds: 16, rollout });
  assert.ok(calls.length < 5);
  assert.equal(keptFraction, 0);
  assert.equal(promptsOf(trained).length, 8);
});

test("random keys never overlap: not between rounds, not between steps, not with evaluations", async () => {
  const used = new Set<number>();
  for (const step of [0, 1, 2, 3]) {
    const { calls, rollout } = sampler(() => false, 2);
    await sampleStep({ ...shared, step, extraRounds: 3, rollout });
    for (const { keys, prompts } of calls) {
      assert.equal(keys.block, 0);
      for (let key = keys.first; key < keys.first + 2 * prompts.length; key += 1) {
        assert.ok(!used.has(key) && key < 0x8000_0000, `key ${key} of step ${step}`);
        used.add(key);
      }
    }
  }
});

test("the same step samples the same again", async () => {
  const [a, b] = [sampler(isOdd, 2), sampler(isOdd, 2)];
  await sampleStep({ ...shared, extraRounds: 5, rollout: a.rollout });
  await sampleStep({ ...shared, extraRounds: 5, rollout: b.rollout });
  assert.deepEqual(a.calls, b.calls);
});

test("a round without rewards of tokens does not take those of the others away", async () => {
  const { rollout } = sampler(isOdd, 2);
  let calls = 0;
  const someOfTokens: typeof rollout = async (...asked) => {
    const { entries, scores } = await rollout(...asked);
    calls += 1;
    const byToken = scores.rewards.map((reward) => Float64Array.of(reward!, 0));
    const ids = entries.map((entry) => ({ ...entry, completion: { ...entry.completion, ids: [1, 2] } }));
    return { entries: ids, scores: calls % 2 === 1 ? scores : { ...scores, byToken } };
  };
  const { trained, all } = await sampleStep({ ...shared, extraRounds: 9, rollout: someOfTokens });
  assert.ok(calls > 1);
  for (const { entries, scores } of [trained, all]) {
    assert.equal(scores.byToken!.length, entries.length);
    assert.ok(scores.byToken!.every(([first, last], i) => first! + last! === scores.rewards[i]));
  }
  assert.ok(all.scores.byToken!.some(([first, last]) => first === 0 && last === 1));
});

test("groups of which nothing is left once cut-off completions are masked teach nothing", async () => {
  const { rollout } = sampler(() => true, 2);
  const first = await rollout(problems.slice(0, 3), { first: 0, block: 0 });
  const reasons = ["length", "length", "stop", "length", "stop", "stop"] as const;
  const entries = first.entries.map((entry, i) => ({ ...entry, completion: { ...entry.completion, finishReason: reasons[i]! } }));
  assert.deepEqual(teachingGroups({ ...first, entries }, { ...shared, maskTruncated: true }), [1, 2]);
  assert.deepEqual(teachingGroups({ ...first, entries }, { ...shared, maskTruncated: false }), [0, 1, 2]);
});

test("groups are chosen by what tells right from wrong, whatever punishments make of it", async () => {
  const { rollout } = sampler(isOdd, 2);
  // Punished, the groups of even problems differ and those of odd ones are alike.
  const punished: typeof rollout = async (...asked) => {
    const { entries, scores } = await rollout(...asked);
    const rewards = entries.map(({ problem }, i) => (isOdd(String(problem.prompt)) || i % 2 === 0 ? 0 : -1));
    return { entries, scores: { ...scores, rewards, unpunished: { rewards: scores.rewards } } };
  };
  const { trained, keptFraction, rounds } = await sampleStep({ ...shared, extraRounds: 9, rollout: punished });
  const plain = await sampleStep({ ...shared, extraRounds: 9, rollout });
  assert.ok(rounds > 1 && promptsOf(trained).every(isOdd));
  assert.deepEqual([rounds, keptFraction, promptsOf(trained)], [plain.rounds, plain.keptFraction, promptsOf(plain.trained)]);
});

interface Scores {
  readonly weight: number;
  readonly odd: readonly number[];
  readonly even: readonly number[];
}

test("groups are chosen by what the method makes of them, and not by whether rewards differ", async () => {
  /** The prompts that are learned from, where functions score the completions of odd and of even problems so; a punishment differs everywhere. */
  const chosenBy = async (advantage: AdvantageName, ...functions: readonly Scores[]) => {
    const { rollout } = sampler(isOdd, 4);
    const scored: typeof rollout = async (...asked) => {
      const { entries, scores } = await rollout(...asked);
      const parts = functions.map(({ weight, odd, even }) => ({
        weight,
        scores: entries.map(({ problem }, i) => (isOdd(String(problem.prompt)) ? odd : even)[i % 4]!),
      }));
      const rewards = entries.map((_, i) => parts.reduce((sum, { weight, scores }) => sum + weight * scores[i]!, 0));
      const punishment = { weight: 1, scores: entries.map((_, i) => -(i % 4)) };
      const punished = rewards.map((reward, i) => reward + punishment.scores[i]!);
      return { entries, scores: { ...scores, rewards: punished, parts: [...parts, punishment], unpunished: { rewards } } };
    };
    const { trained } = await sampleStep({ ...shared, completions: 4, advantageK: 2, advantage, extraRounds: 9, rollout: scored });
    return trained.entries.filter((_, i) => i % 4 === 0).map(({ problem }) => String(problem.prompt));
  };
  for (const prompts of [
    await chosenBy("pass@k", { weight: 1, odd: [1, 0, 0, 0], even: [1, 1, 1, 0] }),
    await chosenBy("maxrl", { weight: 1, odd: [1, 0, 0, 0], even: [-1, 0, 0, 0] }),
    // All sums are 1.
    await chosenBy("gdpo", { weight: 1, odd: [1, 0, 1, 0], even: [1, 1, 1, 1] }, { weight: 0.5, odd: [0, 2, 0, 2], even: [0, 0, 0, 0] }),
  ]) {
    assert.ok(prompts.length === 8 && prompts.every(isOdd), String(prompts));
  }
});

test("the overlong punishment of DAPO, formula 13: 0 until the buffer, then down to -1 at the longest", async () => {
  const { reward } = overlongReward({ longest: 10, buffer: 4 });
  const lengths = [1, 6, 7, 8, 9, 10, 11];
  const scores = await reward({
    prompts: [],
    completions: [],
    completionIds: lengths.map((length) => new Array<number>(length)),
    columns: {},
    state: { step: 0 },
  });
  assert.deepEqual(
    scores.map((score) => (score as number) + 0),
    [0, 0, -0.25, -0.5, -0.75, -1, -1],
  );
});
