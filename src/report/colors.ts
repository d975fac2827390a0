import picocolors from "picocolors";

interface Environment {
  readonly NO_COLOR?: string | undefined;
  readonly FORCE_COLOR?: string | undefined;
  readonly TERM?: string | undefined;
}

/**
 * Whether text has colours: on a terminal that can show them, unless NO_COLOR (https://no-color.org) or FORCE_COLOR is set. picocolors by
 * itself also colours what goes into a file on Windows, and in every job of a CI.
 */
export function wantsColors({ NO_COLOR, FORCE_COLOR, TERM }: Environment, isTerminal: boolean): boolean {
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== "0";
  return isTerminal && TERM !== "dumb";
}

/** Colours for standard output. */
export const colors = picocolors.createColors(wantsColors(process.env, process.stdout.isTTY === true));
