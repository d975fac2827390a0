import { SHAPES, type Shape } from "../../bench/gpu_day/shapes.ts";
import { questionsOf } from "../../bench/tuner_questions.ts";
import { type TunerReport, tunerReport, tunerTable } from "../../bench/tuner_report.ts";
import { writeWhole } from "../io/write_whole.ts";
import { webgpuVersion } from "../node/webgpu_version.ts";
import { nearestWord } from "../options/problems.ts";
import { UsageError } from "./errors.ts";
import { openNamedDevice } from "./user_input.ts";

interface TunerOptions {
  readonly adapter: string;
  readonly json?: string;
}

/** Shows what tuning chose and why. Where tuning is on, it first answers what the named shapes of models ask. */
export async function benchTuner(words: readonly string[], { adapter, json }: TunerOptions): Promise<void> {
  const shapes = words.map(shapeNamed);
  const device = await openNamedDevice({ adapter });
  if (shapes.length > 0 && !device.tuning.measures) {
    throw new UsageError(`Kernels are not timed on ${device.name}; ENTROPIC_TUNE=1 times them on any adapter, ENTROPIC_TUNE=force anew.`);
  }
  const keep = async (): Promise<TunerReport> => {
    const report = await tunerReport(device, webgpuVersion());
    if (json !== undefined) await writeWhole(json, `${JSON.stringify(report, undefined, 2)}\n`);
    return report;
  };
  // After each shape, because a driver may hang at the next.
  for (const shape of shapes) {
    await device.tuning.settle(await questionsOf(device, shape));
    await keep();
  }
  process.stdout.write(`${tunerTable(await keep())}\n`);
  device.destroy();
}

function shapeNamed(word: string): Shape {
  const shape = SHAPES.find(({ name }) => name === word);
  if (shape) return shape;
  const names = SHAPES.map(({ name }) => name);
  const near = nearestWord(word, names);
  throw new UsageError(`There is no shape ${word} to tune; ${near ? `did you mean ${near}?` : `there are ${names.join(", ")}.`}`);
}
