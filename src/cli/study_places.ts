import { join } from "node:path";
import type { Study } from "../experiments/framework/study.ts";

/** A study with the folders of its runs and of its report. */
export interface StudyPlace {
  readonly study: Study;
  readonly runs: string;
  readonly out: string;
}

interface PlaceOptions {
  readonly runs?: string;
  readonly out?: string;
  readonly quick?: boolean;
}

/** Where a command's studies go, each once, and the folder of the report on all of them. What `quick` cuts short stays apart from whole runs. */
export function placesOf(named: readonly Study[], options: PlaceOptions): { root: string; places: readonly StudyPlace[] } {
  const studies = [...new Set(named)];
  const isOne = studies.length === 1;
  const usual = (name: string): string => join("runs", "experiments", options.quick ? `${name}-quick` : name);
  const root = options.out ?? options.runs ?? usual(studies.map(({ name }) => name).join("+"));
  const within = (folder: string, { name }: Study): string => (isOne ? folder : join(folder, name));
  const places = studies.map((study) => ({
    study,
    runs: options.runs === undefined ? usual(study.name) : within(options.runs, study),
    out: within(root, study),
  }));
  return { root, places };
}
