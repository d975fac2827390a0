import type { Metrics } from "../../../report/metrics.ts";
import type { Cell, CellResult } from "../cell.ts";
import { AFTER, ALONG, evaluationsOf, keptSteps, secondsOf } from "./findings.ts";

/** What `longFindings` reads of a training: its evaluations, and entropy and alpha of some steps. It finds the same in both. */
export function reducedRun({ heldOutFrom }: Pick<Cell, "heldOutFrom">, result: CellResult): CellResult {
  const { metrics } = result;
  const [first, last] = [metrics[0]!, metrics.at(-1)!];
  const isEnd = ({ step }: Metrics): boolean => step === first.step || step === last.step;
  const scores = (line: Metrics): Metrics => part(line, (name) => ALONG.test(name) || (isEnd(line) && AFTER.test(name)));
  // Of a search the score at the end is read, and nothing else.
  if (heldOutFrom !== undefined) return { ...result, observations: [], metrics: [scores(last)] };
  const evaluated = new Map(evaluationsOf(metrics).map((line) => [line.step, scores(line)]));
  const trained = new Map(
    keptSteps(metrics).map((line) => [line.step, part(line, (name) => name === "entropy" || name === "entropic/alpha")]),
  );
  const steps = [...new Set([...evaluated.keys(), ...trained.keys()])].sort((a, b) => a - b);
  const lines = steps.map((step) => ({ step, ...trained.get(step), ...evaluated.get(step) }));
  const seconds = { step_time: secondsOf(metrics) }; // of all steps, on the last of those that are kept
  return { ...result, observations: [], metrics: lines.map((line) => (line.step === last.step ? { ...line, ...seconds } : line)) };
}

function part(line: Metrics, isKept: (name: string) => boolean): Metrics {
  return Object.fromEntries(Object.entries(line).filter(([name]) => name === "step" || isKept(name))) as unknown as Metrics;
}
