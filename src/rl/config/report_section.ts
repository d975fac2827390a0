import { z } from "zod";
import { adjustable, text } from "../../options/schema.ts";

const REPORTERS = ["trackio", "tensorboard"] as const;
type ReporterName = (typeof REPORTERS)[number];

const ALLOWED = `trackio, tensorboard, a list of them, a mapping such as { trackio: "http://localhost:7860", project: sums, name: first, tensorboard: true }, or null (neither)`;

const mapping = z.strictObject({
  trackio: z.union([z.boolean(), z.string().refine(isAddress)]).optional(),
  tensorboard: z.boolean().optional(),
  project: text("a name").optional(),
  name: text("a name").optional(),
});

/** Whom a run tells of its metrics, beside its folder. */
export const report = adjustable(
  z.union([z.enum(REPORTERS), z.array(z.enum(REPORTERS)), mapping], { error: ALLOWED }).nullable(),
  null,
  `Who is told of the metrics beside metrics.jsonl: ${ALLOWED}. Trackio's address is that of TRACKIO_SERVER_URL where none is given. The page reporting.md says more.`,
);

export type Report = z.output<typeof report>;

/** Whom to tell, in one form. */
export interface Reports {
  /** The address is undefined where the environment has to give it. */
  readonly trackio:
    | { readonly url: string | undefined; readonly project: string | undefined; readonly name: string | undefined }
    | undefined;
  readonly tensorboard: boolean;
}

export function reportsOf(given: Report): Reports {
  if (given === null) return { trackio: undefined, tensorboard: false };
  if (typeof given === "string" || Array.isArray(given)) {
    const names: readonly ReporterName[] = typeof given === "string" ? [given] : given;
    const trackio = { url: undefined, project: undefined, name: undefined };
    return { trackio: names.includes("trackio") ? trackio : undefined, tensorboard: names.includes("tensorboard") };
  }
  const { trackio = false, tensorboard = false, project, name } = given;
  const url = typeof trackio === "string" ? trackio : undefined;
  return { trackio: trackio === false ? undefined : { url, project, name }, tensorboard };
}

/** Whether a text is the address of a web server. */
export function isAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
