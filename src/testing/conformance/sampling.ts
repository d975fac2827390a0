import { chiSquaredDeviation, countsOf, type DrawOptions, drawTokens, randomLogits } from "../draw_tokens.ts";
import { philoxAnswers } from "../philox.ts";
import { nextTokenReference } from "../reference/next_token.ts";
import { type ConformanceCase, type ConformanceGroup, type Measure, sameBits } from "./case.ts";

/** How far counts may be from what was expected, in standard deviations: a right driver exceeds it once in 16,000 seeds, and seeds are fixed. */
const DEVIATIONS = 4;
const SEED = 12_345;
const DRAWS = 6000;

/** Ways to draw that between them use every branch of the kernel. */
const SAMPLINGS: readonly (readonly [name: string, vocabulary: number, sampling: DrawOptions])[] = [
  ["plain", 16, { temperature: 1, topK: 0, topP: 1 }],
  ["an odd vocabulary", 37, { temperature: 1, topK: 0, topP: 1 }],
  ["cold", 16, { temperature: 0.6, topK: 0, topP: 1 }],
  ["hot", 130, { temperature: 1.7, topK: 0, topP: 1 }],
  ["top-k", 37, { temperature: 1, topK: 5, topP: 1 }],
  ["top-1", 37, { temperature: 1, topK: 1, topP: 1 }],
  ["top-p", 37, { temperature: 0.8, topK: 0, topP: 0.7 }],
  ["top-p of nearly nothing", 37, { temperature: 1, topK: 0, topP: 1e-6 }],
  ["top-k and then top-p", 130, { temperature: 1.2, topK: 20, topP: 0.6 }],
  ["min-p", 37, { temperature: 1.3, topK: 0, topP: 1, minP: 0.1 }],
  ["min-p of 1", 37, { temperature: 1, topK: 0, topP: 1, minP: 1 }],
  ["top-k and top-p and then min-p", 130, { temperature: 1.5, topK: 40, topP: 0.9, minP: 0.08 }],
  ["a repetition penalty", 37, { temperature: 0.9, topK: 0, topP: 1, repetitionPenalty: 1.4, seen: [0, 3, 8, 12, 20, 31, 32, 36] }],
  ["repetition made likelier", 16, { temperature: 1, topK: 6, topP: 1, repetitionPenalty: 0.6, seen: [1, 2, 3, 9] }],
  ["banned tokens", 37, { temperature: 1, topK: 0, topP: 1, banned: [0, 5, 6, 31, 32, 36] }],
  [
    "everything at once",
    130,
    { temperature: 1.1, topK: 30, topP: 0.8, minP: 0.05, repetitionPenalty: 1.3, seen: [4, 64, 99, 129], banned: [1, 2, 70, 128] },
  ],
  ["top-k beyond the vocabulary", 9, { temperature: 1, topK: 50, topP: 1 }],
];

function distribution(name: string, vocabulary: number, sampling: DrawOptions): ConformanceCase {
  const row = randomLogits(vocabulary, 3);
  return {
    name: `${DRAWS} draws: ${name}`,
    level: "quick",
    details: { seed: String(SEED), vocabulary: String(vocabulary), sampling: JSON.stringify(sampling) },
    run: async ({ device }): Promise<Measure[]> => {
      const { probabilities, logp, entropy } = nextTokenReference(row, sampling);
      const { token, statistics } = await drawTokens(device, Array(DRAWS).fill(row) as number[][], { ...sampling, seed: SEED });
      const outside = token.filter((drawn) => !(probabilities[drawn]! > 0)).length;
      const largest = (of: (drawn: number, s: number) => number): number =>
        token.reduce((most, drawn, s) => Math.max(most, of(drawn, s)), 0);
      return [
        { name: "draws outside of what is kept", error: outside, tolerance: 0 },
        { name: "chi-squared", error: Math.abs(chiSquaredDeviation(countsOf(token, vocabulary), probabilities)), tolerance: DEVIATIONS },
        {
          name: "logp",
          error: largest((drawn, s) => Math.abs(statistics[2 * s]! - logp[drawn]!) / (1 + Math.abs(logp[drawn]!))),
          tolerance: 2e-6,
        },
        { name: "entropy", error: largest((_, s) => Math.abs(statistics[2 * s + 1]! - entropy) / (1 + entropy)), tolerance: 2e-6 },
      ];
    },
  };
}

/** Many tokens of one small probability beside a likely one: their noise comes from the tail, which few bits cannot tell. */
function rare(probability: number, tokens: number): ConformanceCase {
  const draws = 40_000;
  return {
    name: `${tokens} tokens of probability ${probability} come as often as they should`,
    level: "default",
    run: async ({ device }) => {
      const row = [Math.log(1 - tokens * probability), ...Array<number>(tokens).fill(Math.log(probability))];
      const { token } = await drawTokens(device, Array(draws).fill(row) as number[][], { temperature: 1, topK: 0, topP: 1 });
      const [seen, expected] = [token.filter((drawn) => drawn > 0).length, draws * tokens * probability];
      return [
        { name: `deviations from ${expected} in ${draws}`, error: Math.abs(seen - expected) / Math.sqrt(expected), tolerance: DEVIATIONS },
      ];
    },
  };
}

/** Draws that differ in one thing alone; pairs of them must come equally often. */
const NEIGHBOURS: Readonly<Record<string, Partial<DrawOptions>>> = {
  seeds: { seed: 6 },
  positions: { seed: 5, positions: Array<number>(2000).fill(6) },
  keys: { seed: 5, keys: Array.from({ length: 2000 }, (_, s) => s + 1) },
};

function independence(what: string, changed: Partial<DrawOptions>): ConformanceCase {
  return {
    name: `draws of neighbouring ${what} are independent`,
    level: "quick",
    run: async ({ device }) => {
      const rows = Array(2000).fill([0, 0, 0, 0]) as number[][];
      const sampling = { temperature: 1, topK: 0, topP: 1 };
      const base = (await drawTokens(device, rows, { ...sampling, seed: 5 })).token;
      const other = (await drawTokens(device, rows, { ...sampling, ...changed })).token;
      const pairs = countsOf(
        base.map((first, s) => 4 * first + other[s]!),
        16,
      );
      const deviation = chiSquaredDeviation(pairs, Array(16).fill(1 / 16) as number[]);
      return [{ name: "chi-squared of pairs", error: Math.abs(deviation), tolerance: DEVIATIONS }];
    },
  };
}

const knownAnswers: ConformanceCase = {
  name: "Philox gives the known answers of its authors",
  level: "quick",
  run: async ({ device }) => {
    const { actual, expected } = await philoxAnswers(device);
    return [sameBits("words", actual, expected, [3, 4])];
  },
};

export const samplingGroup: ConformanceGroup = {
  name: "sampling",
  description: "random numbers, and the distributions that tokens are drawn from",
  cases: [
    knownAnswers,
    ...SAMPLINGS.map(([name, vocabulary, sampling]) => distribution(name, vocabulary, sampling)),
    rare(0.002, 1),
    rare(1e-4, 31),
    ...Object.entries(NEIGHBOURS).map(([what, changed]) => independence(what, changed)),
  ],
};
