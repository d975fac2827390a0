import type { Metrics } from "../../report/metrics.ts";
import { mean } from "../../report/statistics.ts";
import { fiveDigits } from "./numbers.ts";

type Name = keyof Metrics & string;

/** The steps of training, without the evaluation before them. */
export function trainingSteps(metrics: readonly Metrics[]): Metrics[] {
  return metrics.filter(({ step }) => step > 0);
}

/** A metric in every step of training. */
export function seriesOf(metrics: readonly Metrics[], name: Name): number[] {
  return trainingSteps(metrics).map((line) => fiveDigits(Number(line[name])));
}

/** The mean of a metric over some steps. */
export function averageOf(steps: readonly Metrics[], name: Name): number {
  return fiveDigits(mean(steps.map((line) => Number(line[name]))));
}

/** The last of so many equal parts: the last half with 2, the last third with 3. */
export function lastPart<Item>(items: readonly Item[], parts: number): readonly Item[] {
  return items.slice(-Math.ceil(items.length / parts));
}

export function meanDistance(values: readonly number[], target: number): number {
  return mean(values.map((value) => Math.abs(value - target)));
}

const WINDOW = 5;

/** The mean of every five steps in a row. */
export function meansOfFive(values: readonly number[]): number[] {
  return values.slice(WINDOW - 1).map((_, i) => mean(values.slice(i, i + WINDOW)));
}

/** The step that ends the first five whose mean is within the share `near` of the target; undefined where there are none. */
export function reachedAt(values: readonly number[], target: number, near: number): number | undefined {
  const first = meansOfFive(values).findIndex((value) => Math.abs(value - target) <= near * target);
  return first < 0 ? undefined : first + WINDOW;
}

/** How far values went past the target, seen from the first of them, as a share of the target; 0 where they never did. */
export function overshootOf(values: readonly number[], target: number): number {
  const from = Math.sign(values[0]! - target);
  return Math.max(0, ...values.map((value) => (from * (target - value)) / target));
}
