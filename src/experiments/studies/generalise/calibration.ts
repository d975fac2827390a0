import { mean } from "../../../report/statistics.ts";

/** An answer, the probability that the policy gave it, and whether it was right. */
export interface Answered {
  readonly probability: number;
  readonly isRight: boolean;
}

const BINS = 10;

/**
 * The expected calibration error (Naeini et al. 2015; Guo et al. 2017, arXiv 1706.04599): answers are sorted by probability into ten bins of
 * equal width; the error is the distance of each bin's mean probability from its share of right answers, weighed by the answers in it.
 */
export function calibrationError(answers: readonly Answered[]): number {
  const bins = Array.from({ length: BINS }, (_, bin) => answers.filter(({ probability }) => binOf(probability) === bin));
  return bins
    .filter((bin) => bin.length > 0)
    .reduce((sum, bin) => sum + (bin.length / answers.length) * Math.abs(meanProbability(bin) - accuracyOf(bin)), 0);
}

function binOf(probability: number): number {
  return Math.min(BINS - 1, Math.floor(probability * BINS));
}

export function meanProbability(answers: readonly Answered[]): number {
  return mean(answers.map(({ probability }) => probability));
}

export function accuracyOf(answers: readonly Answered[]): number {
  return mean(answers.map(({ isRight }) => (isRight ? 1 : 0)));
}
