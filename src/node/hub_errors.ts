import { FileError, UnavailableError } from "../io/file_error.ts";
import { brief, quoted, reasonOf } from "../options/quote.ts";

const NETWORK_CODE =
  /^(ECONN|EAI_|ENOTFOUND|ETIMEDOUT|ENETUNREACH|ENETDOWN|EHOSTUNREACH|EPIPE|UND_ERR|ERR_STREAM_PREMATURE_CLOSE|ERR_TLS|CERT_)/;

/** Whether an error says that no connection came about, or that it broke. */
export function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && NETWORK_CODE.test(code)) return true;
  if (error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message)) return true;
  return isNetworkError(error.cause);
}

/** Whether it may help to try again. */
export function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  return isNetworkError(error) || status === 429 || (status !== undefined && status >= 500);
}

/** The status of the hub's answer that an error stands for. */
export function statusOf(error: unknown): number | undefined {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === "number" ? statusCode : undefined;
}

/** What the hub's answer means, in one line with the remedy. Errors that say so already stay as they are. */
export function explainHubError(
  error: unknown,
  repository: { readonly type: string; readonly name: string; readonly revision: string },
): unknown {
  const { type, name, revision } = repository;
  const kind = type === "model" ? "model" : "data set";
  const status = statusOf(error);
  if (status === 404) {
    const which = revision === "main" ? "" : ` with the revision ${quoted(revision)}`;
    return new FileError(`${brief(name)} is neither a path here nor a ${kind} on the hub${which}; check the name.`);
  }
  if (status === 401 || status === 403) {
    const token = process.env.HF_TOKEN
      ? "HF_TOKEN may not read it: accept its terms on its page with the token's account"
      : "if it is private or gated, accept its terms on its page and set HF_TOKEN";
    return new FileError(`The hub refuses the ${kind} ${brief(name)} (${status}); check the name, and ${token}.`);
  }
  if (status !== undefined) return new UnavailableError(`The hub answers ${status} for the ${kind} ${brief(name)}; try again later.`);
  if (isNetworkError(error) || (error instanceof Error && error.name === "BrokenConnectionError")) {
    return new UnavailableError(
      `The connection to the hub broke while ${brief(name)} was downloaded (${causeOf(error)}); run again to go on from there.`,
    );
  }
  return error;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return reasonOf(cause instanceof Error ? cause : error);
}
