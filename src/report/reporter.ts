/** Numbers of one step, for whoever shows them. */
export interface ReportedStep {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Tells somebody else of a run's metrics while it goes on. */
export interface Reporter {
  /** Takes the numbers of a step, and never waits. */
  report(step: ReportedStep): void;
  /** Delivers what can still be delivered within a few seconds. */
  close(): Promise<void>;
}

/** The finite numbers of a line of metrics.jsonl; nothing else can be drawn. */
export function reportedStep({ step, ...values }: { readonly step: number; readonly [metric: string]: unknown }): ReportedStep {
  const numbers = Object.entries(values).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return { step, metrics: Object.fromEntries(numbers) };
}
