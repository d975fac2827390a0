import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { HostArray } from "../../src/gpu/buffer.ts";
import { buildPlan } from "../../src/graph/plan.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { input } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { FINISHED, nextToken } from "../../src/ops/next_token.ts";
import { createRandom } from "../../src/random.ts";
import { nextTokenReference } from "../../src/testing/reference/next_token.ts";

const device = await openDevice();
after(() => device.destroy());

interface Sampling {
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
}

interface Options extends Sampling {
  readonly seed?: number;
  readonly length?: number;
  readonly stop?: readonly number[];
  readonly keys?: readonly number[];
  readonly positions?: readonly number[];
  readonly steps?: number;
}

interface State {
  readonly position: number[];
  readonly token: number[];
  readonly done: number[];
  readonly completions: number[];
  readonly statistics: number[];
}

const NO_TOKEN = 9999;

/** Takes the same logits `steps` times, one row a sequence. */
async function sample(logits: readonly (readonly number[])[], options: Options): Promise<State> {
  const S = logits.length;
  const V = logits[0]!.length;
  const { length: L = 1, stop = [0xffffffff], steps = 1, seed = 1 } = options;
  const plan = await buildPlan(device, "next token", () => {
    const rows = runScalar("rows", S + 3);
    const state = {
      position: input("position", [rows], "u32"),
      token: input("token", [rows], "u32"),
      done: input("done", [rows], "u32"),
      completions: input("completions", [rows, L], "u32"),
      completionStatistics: input("completion_statistics", [rows, L, 2]),
    };
    const given = {
      logits: input("logits", [rows, V]),
      sequenceKey: input("key", [rows], "u32"),
      stopTokens: input("stop", [stop.length], "u32"),
    };
    nextToken({ ...given, ...state }, { ...options, seed: runScalar("seed") });
    return { keep: Object.values(state) };
  });
  const fill = (count: number, value: (i: number) => number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => value(i));
  const inputs: Record<string, HostArray> = {
    logits: Float32Array.from(logits.flat()),
    key: fill(S, (s) => options.keys?.[s] ?? s),
    stop: Uint32Array.from(stop),
    position: fill(S, (s) => options.positions?.[s] ?? 5),
    token: fill(S, () => NO_TOKEN),
    done: fill(S, () => 0),
    completions: fill(S * L, () => NO_TOKEN),
    completion_statistics: new Float32Array(S * L * 2).fill(7),
  };
  plan.upload(inputs);
  for (let step = 0; step < steps; step += 1) plan.run({ scalars: { rows: S, seed } });
  const [position, token, done, completions, statistics] = (await plan.read(plan.result.keep)).map((values) => [...values]);
  plan.destroy();
  const cut = (values: number[] | undefined, width: number): number[] => values!.slice(0, S * width);
  return {
    position: cut(position, 1),
    token: cut(token, 1),
    done: cut(done, 1),
    completions: cut(completions, L),
    statistics: cut(statistics, L * 2),
  };
}

function randomRow(vocabulary: number, seed: number, scale = 1.5): number[] {
  const random = createRandom(seed);
  return Array.from({ length: vocabulary }, () => Math.fround(scale * random.normal()));
}

/** Pearson's statistic of counts against probabilities, standardised to a normal variate by Wilson and Hilferty's cube root. */
function deviation(counts: readonly number[], probabilities: readonly number[]): number {
  const draws = counts.reduce((a, b) => a + b, 0);
  let [statistic, cells, rareCount, rareExpected] = [0, -1, 0, 0];
  const add = (count: number, expected: number): void => {
    statistic += (count - expected) ** 2 / expected;
    cells += 1;
  };
  probabilities.forEach((p, token) => {
    if (p * draws >= 8) add(counts[token]!, p * draws);
    else [rareCount, rareExpected] = [rareCount + counts[token]!, rareExpected + p * draws];
  });
  if (rareExpected >= 1) add(rareCount, rareExpected);
  if (cells === 0) return 0;
  const variance = 2 / (9 * cells);
  return ((statistic / cells) ** (1 / 3) - (1 - variance)) / Math.sqrt(variance);
}

const DRAWS = 6000;

for (const [name, vocabulary, sampling] of [
  ["plain", 16, { temperature: 1, topK: 0, topP: 1 }],
  ["plain, odd vocabulary", 37, { temperature: 1, topK: 0, topP: 1 }],
  ["cold", 16, { temperature: 0.6, topK: 0, topP: 1 }],
  ["hot", 130, { temperature: 1.7, topK: 0, topP: 1 }],
  ["top-k", 37, { temperature: 1, topK: 5, topP: 1 }],
  ["top-1", 37, { temperature: 1, topK: 1, topP: 1 }],
  ["top-p", 37, { temperature: 0.8, topK: 0, topP: 0.7 }],
  ["top-p of nearly nothing", 37, { temperature: 1, topK: 0, topP: 1e-6 }],
  ["top-k and then top-p", 130, { temperature: 1.2, topK: 20, topP: 0.6 }],
  ["top-k beyond the vocabulary", 9, { temperature: 1, topK: 50, topP: 1 }],
] as const) {
  test(`${DRAWS} draws, ${name}, follow the distribution and never leave it`, async () => {
    const row = randomRow(vocabulary, 3);
    const { probabilities, logp, entropy } = nextTokenReference(row, sampling);
    const { token, statistics } = await sample(Array(DRAWS).fill(row) as number[][], { ...sampling, seed: 12_345 });
    const counts = Array(vocabulary).fill(0) as number[];
    for (const drawn of token) counts[drawn]! += 1;
    counts.forEach((count, drawn) => {
      assert.ok(count === 0 || probabilities[drawn]! > 0, `token ${drawn} is outside of what is kept`);
    });
    const z = deviation(counts, probabilities);
    assert.ok(Math.abs(z) < 4, `chi-square deviates by ${z} standard deviations`);
    token.forEach((drawn, s) => {
      assert.ok(Math.abs(statistics[2 * s]! - logp[drawn]!) < 2e-6 * (1 + Math.abs(logp[drawn]!)), "logp");
      assert.ok(Math.abs(statistics[2 * s + 1]! - entropy) < 2e-6 * (1 + entropy), "entropy");
    });
  });
}

test("rare tokens come as often as they should: the tail of the noise is right", async () => {
  const row = [Math.log(0.002), Math.log(0.998)];
  const { token } = await sample(Array(40_000).fill(row) as number[][], { temperature: 1, topK: 0, topP: 1 });
  const rare = token.filter((drawn) => drawn === 0).length;
  assert.ok(Math.abs(rare - 80) < 4 * Math.sqrt(80), `${rare} of 40,000 instead of about 80`);
});

test("draws of neighbouring positions, keys and seeds are independent", async () => {
  const rows = Array(2000).fill([0, 0, 0, 0]) as number[][];
  const sampling = { temperature: 1, topK: 0, topP: 1 };
  const base = (await sample(rows, { ...sampling, seed: 5 })).token;
  const shifted = Array.from({ length: 2000 }, (_, s) => s + 1);
  for (const [name, options] of [
    ["seed", { seed: 6 }],
    ["position", { seed: 5, positions: Array(2000).fill(6) as number[] }],
    ["key", { seed: 5, keys: shifted }],
  ] as const) {
    const other = (await sample(rows, { ...sampling, ...options })).token;
    const pairs = Array(16).fill(0) as number[];
    base.forEach((first, s) => {
      pairs[4 * first + other[s]!]! += 1;
    });
    const z = deviation(pairs, Array(16).fill(1 / 16) as number[]);
    assert.ok(Math.abs(z) < 4, `${name}: pairs deviate by ${z} standard deviations`);
  }
});

test("a sequence draws the same, to the bit, wherever it lies in whatever batch", async () => {
  for (const vocabulary of [16, 37]) {
    const rows = Array.from({ length: 9 }, (_, s) => randomRow(vocabulary, s));
    const keys = rows.map((_, s) => 1000 + s);
    const options = { temperature: 0.9, topK: 12, topP: 0.9, seed: 4_000_000_000, length: 6, steps: 6 };
    const together = await sample(rows, { ...options, keys });
    const backwards = await sample([...rows].reverse(), { ...options, keys: [...keys].reverse() });
    const alone = await sample([rows[4]!], { ...options, keys: [keys[4]!] });
    const cut = (state: State, s: number): number[] => [
      ...state.completions.slice(6 * s, 6 * s + 6),
      ...state.statistics.slice(12 * s, 12 * s + 12),
    ];
    rows.forEach((_, s) => {
      assert.deepEqual(cut(together, s), cut(backwards, 8 - s));
    });
    assert.deepEqual(cut(together, 4), cut(alone, 0));
  }
});

test("temperature 0 takes the most probable token, the lowest index of equals, with statistics at temperature 1", async () => {
  const tied = Array(41).fill(1) as number[];
  tied[7] = tied[8] = tied[33] = 2;
  const late = randomRow(64, 9);
  late[63] = 20;
  for (const row of [tied, late, [3], [1, 1]]) {
    const { token, statistics } = await sample([row], { temperature: 0, topK: 3, topP: 0.5 });
    const { probabilities, logp, entropy } = nextTokenReference(row, { temperature: 0, topK: 0, topP: 1 });
    assert.equal(token[0], probabilities.indexOf(1));
    assert.ok(Math.abs(statistics[0]! - logp[token[0]!]!) < 1e-6 && Math.abs(statistics[1]! - entropy) < 1e-6);
  }
});

test("equals at the border of top-k are all kept", async () => {
  const row = [3, 1, 1, 1, 0];
  const { token } = await sample(Array(500).fill(row) as number[][], { temperature: 1, topK: 2, topP: 1 });
  assert.deepEqual([...new Set(token)].sort(), [0, 1, 2, 3]);
});

test("a stop token is recorded and ends its sequence; so does the length; then nothing moves", async () => {
  const only = (token: number): number[] => Array.from({ length: 12 }, (_, i) => (i === token ? 50 : 0));
  const options = { temperature: 1, topK: 0, topP: 1, length: 3, stop: [4, 7], positions: [10, 20, 30] };
  const rows = [only(7), only(2), only(4)];
  const once = await sample(rows, { ...options, steps: 1 });
  assert.deepEqual(once.done, [FINISHED + 1, 1, FINISHED + 1]);
  assert.deepEqual(once.position, [11, 21, 31]);
  const often = await sample(rows, { ...options, steps: 5 });
  assert.deepEqual(often.done, [FINISHED + 1, FINISHED + 3, FINISHED + 1]);
  assert.deepEqual(often.position, [11, 23, 31]);
  assert.deepEqual(often.token, [7, 2, 4]);
  assert.deepEqual(often.completions, [7, NO_TOKEN, NO_TOKEN, 2, 2, 2, 4, NO_TOKEN, NO_TOKEN]);
  assert.deepEqual(often.statistics.slice(2, 6), [7, 7, 7, 7]);
});

test("logits without a row dimension are refused", async () => {
  const names = ["logits", "sequenceKey", "stopTokens", "position", "token", "done", "completions", "completionStatistics"];
  const build = buildPlan(device, "refused", () => {
    const tensors = Object.fromEntries(names.map((name) => [name, input(name, [4], "u32")]));
    nextToken(tensors as Parameters<typeof nextToken>[0], { temperature: 1, topK: 0, topP: 1, seed: 1 });
    return {};
  });
  await assert.rejects(build, /next_token: given .* it needs logits \[S, V\]/);
});
