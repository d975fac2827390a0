import type { Outcome } from "../src/gpu/contest.ts";
import type { Device } from "../src/gpu/device.ts";
import type { Choice } from "../src/gpu/tuning_record.ts";

/** What the tuner chose on an adapter, and why. */
export interface TunerReport {
  readonly adapter: string;
  readonly driver: string;
  readonly webgpu: string;
  readonly questions: readonly TunerQuestion[];
}

export interface TunerQuestion {
  readonly question: string;
  /** Empty where every candidate has a fault. */
  readonly chosen: string;
  /** Whether the best guess gave way to another candidate. */
  readonly leftDefault: boolean;
  readonly date: string;
  readonly clock: Choice["clock"];
  /** The best guess first. */
  readonly candidates: readonly (Outcome & {
    readonly name: string;
    /** Its time over that of the first candidate that is right. */
    readonly ratio?: number;
  })[];
}

/** What is known of a device's choices: those of this process and, unless it measures anew, of earlier ones. */
export async function tunerReport(device: Device, webgpu: string): Promise<TunerReport> {
  const choices = await device.tuning.choices();
  const questions = Object.entries(choices).map(([question, choice]) => toQuestion(question, choice));
  return { adapter: device.name, driver: device.info.description, webgpu, questions };
}

function toQuestion(question: string, { name: chosen, date, clock, outcomes }: Choice): TunerQuestion {
  const [guess, guessed] = Object.entries(outcomes).find(([, { fault }]) => fault === undefined) ?? [""];
  const candidates = Object.entries(outcomes).map(([name, outcome]) => {
    const { milliseconds } = outcome;
    const isKnown = milliseconds !== undefined && guessed?.milliseconds !== undefined;
    return { name, ...outcome, ...(isKnown && { ratio: milliseconds / guessed.milliseconds! }) };
  });
  return { question, chosen, leftDefault: chosen !== guess, date, clock, candidates };
}

/** A table: a line for each question, and below it one for each candidate. */
export function tunerTable({ adapter, driver, webgpu, questions }: TunerReport): string {
  const left = questions.filter(({ leftDefault }) => leftDefault).length;
  const about = [`adapter   ${adapter}`, `driver    ${driver}`, `Dawn      of webgpu ${webgpu}`];
  if (questions.length === 0) return [...about, "", "nothing was timed here yet"].join("\n");
  return [
    ...about,
    "",
    `${"question".padEnd(NAME)}${"ms".padStart(10)}${"ratio".padStart(8)}${"error".padStart(9)}`,
    ...questions.flatMap((question) => [
      "",
      `${question.question}   (${question.clock}, ${question.date.slice(0, 16)})`,
      ...linesOf(question),
    ]),
    "",
    `${questions.length} questions; the first guess was left in ${left}`,
  ].join("\n");
}

const NAME = 40;

function linesOf({ chosen, leftDefault, candidates }: TunerQuestion): string[] {
  return candidates.map(({ name, milliseconds, ratio, error, fault }) => {
    const numbers = [
      milliseconds?.toPrecision(3).padStart(10) ?? "".padStart(10),
      ratio?.toFixed(2).padStart(8) ?? "".padStart(8),
      typeof error === "number" ? error.toExponential(0).padStart(9) : "".padStart(9),
    ];
    const taken = name === chosen ? (leftDefault ? "taken, default left" : "taken") : (fault ?? "");
    return `  ${name.padEnd(NAME - 2)}${numbers.join("")}  ${taken}`.trimEnd();
  });
}
