import type { HostArray } from "../../src/gpu/buffer.ts";
import { capLogits } from "../../src/ops/cap_logits.ts";
import { logitsGradient } from "../../src/ops/logits_gradient.ts";
import { FINISHED, markTokens, markWords, type NextTokenOptions, nextToken } from "../../src/ops/next_token.ts";
import { SAMPLED_TOKEN } from "../../src/ops/records.ts";
import { tokenStatistics } from "../../src/ops/token_statistics.ts";
import type { HostValues } from "../../src/testing/check_op.ts";
import { capLogitsReference } from "../../src/testing/reference/cap_logits.ts";
import { nextTokenReference } from "../../src/testing/reference/next_token.ts";
import { tokenStatisticsReference } from "../../src/testing/reference/token_statistics.ts";
import { given, integers, normal } from "../../src/testing/values.ts";
import { directionalError } from "../gradient_case.ts";
import type { BenchCase } from "../harness.ts";
import { type Outputs, opCase } from "../op_case.ts";

/** Rows of logits over a vocabulary of characters, over one of words, and over that of Qwen2. */
const SHAPES = [
  [2048, 64],
  [256, 8192],
  [64, 151936],
] as const;

/** Sequences that sample together. */
const SAMPLED = [
  [256, 512],
  [64, 32000],
  [16, 151936],
] as const;

const INVERSE_TEMPERATURE = 1;

const SAMPLERS = {
  greedy: { temperature: 0, topK: 0, topP: 1 },
  temperature: { temperature: 0.8, topK: 0, topP: 1 },
  "top-k": { temperature: 0.8, topK: 16, topP: 1 },
  "top-p": { temperature: 0.8, topK: 0, topP: 0.9 },
  "top-k and top-p": { temperature: 0.8, topK: 50, topP: 0.9 },
} as const;

export const vocabularyCases: readonly BenchCase[] = SHAPES.flatMap(([rows, vocabulary]) => [
  tokenStatisticsCase(rows, vocabulary),
  logitsGradientCase(rows, vocabulary),
  capLogitsCase(rows, vocabulary),
]);

export const samplingCases: readonly BenchCase[] = SAMPLED.flatMap(([sequences, vocabulary]) =>
  Object.entries(SAMPLERS).map(([variant, sampling]) => nextTokenCase(variant, { ...sampling, seed: 1 }, sequences, vocabulary)),
);

function logitsAndActions(rows: number, vocabulary: number): HostValues {
  return { logits: normal([rows, vocabulary], 1, 2), actions: integers([rows], vocabulary, 2) };
}

function tokenStatisticsCase(rows: number, vocabulary: number): BenchCase {
  return opCase({
    op: "token_statistics",
    shape: `${rows}x${vocabulary}`,
    flops: 6 * rows * vocabulary,
    bytes: 4 * rows * (vocabulary + 5),
    inputs: () => logitsAndActions(rows, vocabulary),
    build: (i) => ({ statistics: tokenStatistics(i.logits!, i.actions!, { inverseTemperature: INVERSE_TEMPERATURE }) }),
    reference: (inputs) => tokenStatisticsReference(inputs, INVERSE_TEMPERATURE),
  });
}

function logitsGradientCase(rows: number, vocabulary: number): BenchCase {
  return opCase({
    op: "logits_gradient",
    shape: `${rows}x${vocabulary}`,
    flops: 6 * rows * vocabulary,
    bytes: 4 * rows * (2 * vocabulary + 7),
    inputs: () => {
      const inputs = logitsAndActions(rows, vocabulary);
      const statistics = tokenStatisticsReference(inputs, INVERSE_TEMPERATURE).statistics.map(Math.fround);
      return { ...inputs, statistics: { shape: [rows, 4], data: statistics }, coefficients: normal([rows, 2], 3) };
    },
    build: (i) => {
      const given = { actions: i.actions!, statistics: i.statistics!, coefficients: i.coefficients! };
      return { logits: logitsGradient(i.logits!, { ...given, inverseTemperature: INVERSE_TEMPERATURE }) };
    },
    reference: { errorOf: ({ logits }: Outputs, inputs) => directionalError(logits!, "logits", inputs, weightedStatistics) },
  });
}

function capLogitsCase(rows: number, vocabulary: number): BenchCase {
  return opCase({
    op: "cap_logits",
    shape: `${rows}x${vocabulary}`,
    flops: 12 * rows * vocabulary,
    bytes: 4 * 2 * rows * vocabulary,
    inputs: () => ({ logits: normal([rows, vocabulary], 1, 20) }),
    build: (i) => ({ logits: capLogits(i.logits!, 30) }),
    reference: (inputs) => capLogitsReference(inputs, 30),
  });
}

/** What logits_gradient differentiates: the sum over rows of c_logp * logp + c_entropy * entropy. */
function weightedStatistics(inputs: HostValues): number {
  const { statistics } = tokenStatisticsReference(inputs, INVERSE_TEMPERATURE);
  const { data } = inputs.coefficients!;
  let sum = 0;
  for (let row = 0; row < data.length / 2; row += 1) {
    sum += data[2 * row]! * statistics[4 * row]! + data[2 * row + 1]! * statistics[4 * row + 1]!;
  }
  return sum;
}

/** The most tokens of a sequence between two uploads of `done`: more than a submission takes. */
const LENGTH = 1024;

/** Benchmarks draw at one temperature. */
type DrawnAt = NextTokenOptions & { readonly temperature: number };

function nextTokenCase(variant: string, options: DrawnAt, sequences: number, vocabulary: number): BenchCase {
  return opCase({
    op: "next_token",
    variant,
    shape: `${sequences}x${vocabulary}`,
    flops: 6 * sequences * vocabulary,
    bytes: 4 * sequences * (vocabulary + 8),
    inputs: () => ({
      logits: normal([sequences, vocabulary], 1, 2),
      sequence_key: integers([sequences], 2 ** 31, 2),
      token_marks: given([2, markWords(vocabulary)], [...markTokens(vocabulary, [[], []])], "u32"),
      position: integers([sequences], 64, 3),
      token: integers([sequences], vocabulary, 4),
      done: given([sequences], new Array<number>(sequences).fill(0), "u32"),
      completions: { shape: [sequences, LENGTH, SAMPLED_TOKEN.size], data: new Float64Array(sequences * LENGTH * SAMPLED_TOKEN.size) },
    }),
    build: (i) => {
      const state = { position: i.position!, token: i.token!, done: i.done!, completions: i.completions! };
      nextToken({ logits: i.logits!, sequenceKey: i.sequence_key!, tokenMarks: i.token_marks!, ...state }, options);
      return state;
    },
    renewed: ["done"],
    reference: { errorOf: (outputs, inputs) => samplingError(outputs, inputs, options) },
  });
}

/** The most logits that the reference may go through. */
const REFERENCE_LOGITS = 2 ** 19;

/** Infinite unless every state went one token further. At some rows also the error of the token's logp and entropy. */
function samplingError(outputs: Outputs, inputs: HostValues, options: DrawnAt): number {
  const { position, token, done, completions } = outputs as Record<string, HostArray>;
  const { logits, position: before } = inputs;
  const [rows, vocabulary] = logits!.shape as [number, number];
  const stride = Math.max(1, Math.ceil((rows * vocabulary) / REFERENCE_LOGITS));
  let error = 0;
  for (let row = 0; row < rows; row += 1) {
    const drawn = token![row]!;
    const sampled = SAMPLED_TOKEN.read(completions!, row * LENGTH * SAMPLED_TOKEN.size);
    const stepped = position![row] === before!.data[row]! + 1 && done![row]! % FINISHED === 1 && sampled.token === drawn;
    if (!stepped || drawn >= vocabulary) return Number.POSITIVE_INFINITY;
    if (row % stride !== 0) continue;
    const { probabilities, logp, entropy } = nextTokenReference(logits!.data.subarray(row * vocabulary, (row + 1) * vocabulary), options);
    if (!(probabilities[drawn]! > 0)) return Number.POSITIVE_INFINITY;
    const errors = [(sampled.logp - logp[drawn]!) / logp[drawn]!, (sampled.entropy - entropy) / entropy];
    error = Math.max(error, ...errors.map(Math.abs));
  }
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}
