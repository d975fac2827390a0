import type { Study } from "../experiments/framework/study.ts";
import { studies } from "../experiments/index.ts";
import { brief } from "../options/quote.ts";
import { nearestWord } from "../rl/config/index.ts";
import { UsageError } from "./errors.ts";

/** What may be typed after `experiment`. */
export interface ExperimentOptions {
  adapter: string;
  /** The option --adapter where it was typed, and not taken from the environment. */
  typedAdapter: string | undefined;
  set: string[];
  /** A value of the setting `seeds`, as YAML. */
  seeds?: string;
  quick?: boolean;
  out?: string;
  runs?: string;
  overwrite?: boolean;
  config?: string;
  reportOnly?: boolean;
  partial?: boolean;
  jobs: number;
  only?: string[];
  records?: string;
}

/** The studies that were named, each once. */
export function namedStudies(names: readonly string[], { only }: Pick<ExperimentOptions, "only">): Study[] {
  if (names.length === 0) throw noStudy(only);
  return [...new Set(names)].map(studyNamed);
}

/** An option with several words takes the study for one of them where the study comes after it. */
function noStudy(only: readonly string[] | undefined): UsageError {
  if (only === undefined) return new UsageError(`no study is named; there are: ${Object.keys(studies).join(", ")}`);
  const taken = only.filter((word) => Object.hasOwn(studies, word));
  if (taken.length === 0) return new UsageError("no study is named; --only takes all words that follow it, so name studies before it");
  const parts = only.filter((word) => !taken.includes(word));
  const remedy = `experiment ${taken.join(" ")} --only ${parts.join(" ") || "PARTS"}`;
  return new UsageError(`--only took the study ${taken.join(", ")} for one of its parts; name studies before it: ${brief(remedy)}`);
}

function studyNamed(name: string): Study {
  const study = Object.hasOwn(studies, name) ? studies[name] : undefined;
  if (study) return study;
  const known = Object.keys(studies);
  const near = nearestWord(name, known);
  throw new UsageError(`There is no study ${brief(name)}; ${near ? `did you mean ${near}?` : `there are: ${known.join(", ")}.`}`);
}

/** Refuses options that contradict each other, or of which one would change nothing. */
export function refuseContradictions(named: readonly Study[], options: ExperimentOptions): void {
  const { reportOnly, partial, only, records, quick, overwrite, config } = options;
  const forOne = config !== undefined ? `--config ${config}` : records && `--records ${records}`;
  if (named.length > 1 && forOne) throw new UsageError(`${forOne} is for one study; give one name, or leave it out.`);
  if (quick && records) throw new UsageError("--records keeps whole trainings, and --quick cuts them short; leave one of them out.");
  if (reportOnly) refuseWithoutRuns(options);
  if (partial && only) throw new UsageError("--only chooses what to train, and --partial trains nothing; leave one of them out.");
  if (partial && overwrite) throw new UsageError("--overwrite replaces runs, and --partial trains nothing; leave one of them out.");
}

/** A report that is written again is of the settings that were run. */
function refuseWithoutRuns({ only, partial, records, overwrite, seeds, set, config }: ExperimentOptions): void {
  const reads = only !== undefined ? "--only" : partial ? "--partial" : records !== undefined ? "--records" : undefined;
  if (reads) throw new UsageError(`${reads} reads run folders, and --report-only does not; leave one of them out.`);
  const changes = { "--seeds": seeds !== undefined, "--set": set.length > 0, "--config": config !== undefined, "--overwrite": overwrite };
  const [given] = Object.entries(changes).find(([, isGiven]) => isGiven) ?? [];
  if (given) throw new UsageError(`${given} changes nothing with --report-only, which trains nothing; leave one of them out.`);
}
