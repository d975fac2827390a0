import { randomUUID } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { readOptionalText } from "../io/files.ts";
import { readMetrics, TRACKIO_STATE } from "../io/run_folder.ts";
import { writeWhole } from "../io/write_whole.ts";
import { createEventFile } from "../node/event_file.ts";
import { isMapping } from "../options/problems.ts";
import { quoted } from "../options/quote.ts";
import { type Reporter, reportedStep } from "../report/reporter.ts";
import { createTrackioReporter } from "../report/trackio.ts";
import { isAddress, type Report, reportsOf } from "../rl/config/report_section.ts";
import { UsageError } from "./errors.ts";

/** The project of runs whose configuration and environment name none. */
const PROJECT = "entropic";

/** What is reported of a run. */
interface ReportedRun {
  readonly report: Report;
  readonly output: { readonly dir: string };
}

/** The address of the Trackio server that a configuration, or the environment, names. @throws UsageError where there is none */
export function checkReport({ report }: Pick<ReportedRun, "report">, environment = process.env): string | undefined {
  const { trackio } = reportsOf(report);
  if (!trackio) return undefined;
  const url = trackio.url ?? environment.TRACKIO_SERVER_URL;
  if (url === undefined)
    throw new UsageError("report names trackio, and no server: set TRACKIO_SERVER_URL, or report.trackio to its address");
  if (!isAddress(url)) throw new UsageError(`TRACKIO_SERVER_URL is ${quoted(url)}; it must be an address such as http://localhost:7860`);
  return url;
}

/** Opens what a run reports to, and tells it all that metrics.jsonl holds and it does not know yet. */
export async function openReporters(run: ReportedRun, warn: (line: string) => void): Promise<Reporter> {
  const { dir } = run.output;
  const reporters: Reporter[] = [];
  const known = run.report === null ? [] : (await readMetrics(dir)).map(reportedStep);
  const open = (reporter: Reporter, last: number): void => {
    for (const step of known) if (step.step > last) reporter.report(step);
    reporters.push(reporter);
  };
  const url = checkReport(run);
  if (url !== undefined) {
    const { reporter, last } = await openTrackio(run, url, warn);
    open(reporter, last);
  }
  if (reportsOf(run.report).tensorboard) {
    const { reporter, last } = await createEventFile(dir, known.at(-1)?.step ?? -1, warn);
    open(reporter, last);
  }
  return {
    report: (step) => {
      for (const reporter of reporters) reporter.report(step);
    },
    close: async () => void (await Promise.all(reporters.map((reporter) => reporter.close()))),
  };
}

/** What a run folder remembers of a Trackio server: the run's id there, and the last step that the server has. */
interface TrackioState {
  readonly id: string;
  readonly sent: number;
}

async function openTrackio(run: ReportedRun, url: string, warn: (line: string) => void): Promise<{ reporter: Reporter; last: number }> {
  // An address may hold a token, which is no part of what the run is.
  const { report, ...config } = run;
  const { dir } = run.output;
  const { project, name } = reportsOf(report).trackio!;
  const path = join(dir, TRACKIO_STATE);
  const { id, sent } = readState(await readOptionalText(path)) ?? { id: randomUUID(), sent: -1 };
  let writing = writeWhole(path, stateText({ id, sent }));
  await writing;
  const { TRACKIO_PROJECT, TRACKIO_WRITE_TOKEN, HF_TOKEN } = process.env;
  const reporter = createTrackioReporter({
    ...{ url, warn, runId: id, config },
    project: project ?? TRACKIO_PROJECT ?? PROJECT,
    run: name ?? basename(resolve(dir)),
    writeToken: TRACKIO_WRITE_TOKEN,
    // A token of Hugging Face goes to its own servers alone.
    hfToken: /^https:\/\/[^/]+\.hf\.space(\/|\?|$)/.test(url) ? HF_TOKEN : undefined,
    delivered: (step) => {
      writing = writing.then(() => writeWhole(path, stateText({ id, sent: step }))).catch(() => undefined);
    },
  });
  return {
    last: sent,
    reporter: {
      report: reporter.report,
      close: async () => {
        await reporter.close();
        await writing;
      },
    },
  };
}

const stateText = (state: TrackioState): string => `${JSON.stringify(state)}\n`;

function readState(text: string | undefined): TrackioState | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (!isMapping(value) || typeof value.id !== "string" || typeof value.sent !== "number") return undefined;
    return { id: value.id, sent: value.sent };
  } catch {
    return undefined;
  }
}
