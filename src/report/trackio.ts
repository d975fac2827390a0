import { brief } from "../options/quote.ts";
import type { ReportedStep, Reporter } from "./reporter.ts";

/** How a Trackio server is reached, and what it is told. */
export interface TrackioOptions {
  /** The address of the server; a `write_token` in its query is sent as the header that Trackio reads it from. */
  readonly url: string;
  readonly project: string;
  readonly run: string;
  /** Tells runs of one name apart, and keeps a step that is sent twice from being stored twice. */
  readonly runId: string;
  readonly config?: unknown;
  readonly writeToken?: string | undefined;
  /** A token of Hugging Face, which a server that runs as a Space asks for. */
  readonly hfToken?: string | undefined;
  /** Called once at most, with one line. */
  readonly warn: (line: string) => void;
  /** Called with the last step that the server has. */
  readonly delivered?: (step: number) => void;
  readonly timing?: Partial<typeof TIMING>;
}

/** Milliseconds: of one request, of the first and the longest pause between two attempts, and of what `close` waits. */
const TIMING = { request: 10_000, firstPause: 1000, longestPause: 60_000, close: 10_000 };

/** The most steps in one request. */
const BATCH = 100;
const MOST_REDIRECTS = 3;

/** A server's answer that another attempt would not change. */
class Refused extends Error {}

/**
 * Sends metrics to a Trackio server over HTTP: POST /api/bulk_log takes a list of steps. Requests run beside training. A server that is
 * away, slow or refuses costs one warning; what it could not be told waits, and is sent when it answers again.
 */
export function createTrackioReporter(options: TrackioOptions): Reporter {
  const timing = { ...TIMING, ...options.timing };
  const waiting: ReportedStep[] = [];
  const closing = new AbortController();
  let [hasWarned, isRefused, isFirst] = [false, false, true];
  const sleeper = createSleeper();
  let isClosing = false;
  let sending: Promise<void> | undefined;

  const warn = (error: unknown): void => {
    if (hasWarned) return;
    hasWarned = true;
    const then = error instanceof Refused ? "nothing more is sent to it" : "it is tried again; the run goes on";
    options.warn(`Trackio at ${brief(addressOf(options.url).href)} did not take the metrics (${reasonOf(error)}); ${then}`);
  };
  const send = async (): Promise<void> => {
    for (let failures = 0; waiting.length > 0 && !isRefused; ) {
      const batch = waiting.slice(0, BATCH);
      try {
        await postBatch(options, batch, { isFirst, signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timing.request)]) });
        [failures, isFirst] = [0, false];
        waiting.splice(0, batch.length);
        options.delivered?.(batch.at(-1)!.step);
      } catch (error) {
        warn(error);
        isRefused = error instanceof Refused;
        failures += 1;
        if (closing.signal.aborted || isRefused) return;
        const longest = isClosing ? timing.close / 4 : timing.longestPause;
        await sleeper.sleep(Math.min(timing.firstPause * 2 ** (failures - 1), longest));
      }
    }
  };
  const start = (): void => {
    sending ??= Promise.resolve()
      .then(send)
      .finally(() => {
        sending = undefined;
        if (waiting.length > 0 && !isRefused && !closing.signal.aborted) start();
      });
  };
  return {
    report: (step) => {
      if (isRefused || isClosing) return;
      waiting.push(step);
      start();
    },
    close: async () => {
      isClosing = true;
      sleeper.wake();
      const limit = setTimeout(() => {
        closing.abort();
        sleeper.wake();
      }, timing.close);
      while (sending) await sending;
      clearTimeout(limit);
    },
  };
}

/** Pauses that can be cut short, and that do not keep the process alive. */
function createSleeper(): { sleep(milliseconds: number): Promise<void>; wake(): void } {
  let wake = (): void => undefined;
  const sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      (timer as { unref?: () => void }).unref?.();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return { sleep, wake: () => wake() };
}

interface Posting {
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
}

async function postBatch(options: TrackioOptions, batch: readonly ReportedStep[], { isFirst, signal }: Posting): Promise<void> {
  const { project, run, runId, config, hfToken } = options;
  const logs = batch.map(({ step, metrics }, i) => ({
    ...{ project, run, run_id: runId, step, metrics, log_id: `${runId}-${step}` },
    ...(isFirst && i === 0 && config !== undefined && { config }),
  }));
  const address = addressOf(options.url);
  const target = new URL("api/bulk_log", address);
  const response = await post(target, { body: JSON.stringify({ logs, hf_token: hfToken ?? null }), headers: headersOf(options), signal });
  const text = await response.text();
  const said = errorIn(text) ?? text;
  // 408 and 429 ask for another attempt, and so does whatever a server that fails says.
  const mayPass = response.status >= 500 || response.status === 408 || response.status === 429;
  if (!response.ok && mayPass) throw new Error(`status ${response.status}`);
  if (!response.ok) throw new Refused(`status ${response.status}: ${brief(said)}`);
  if (errorIn(text) !== undefined) throw new Refused(brief(said));
}

interface Request {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Posts, and posts again where a server of the same host says so: a redirect that `fetch` follows would lose the body. */
async function post(target: URL, request: Request): Promise<Response> {
  for (let address = target, redirects = 0; ; redirects += 1) {
    const response = await fetch(address, { method: "POST", redirect: "manual", ...request });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, address);
    if (next.hostname !== address.hostname) throw new Refused(`it redirects to another host, ${brief(next.hostname)}; give that address`);
    if (redirects === MOST_REDIRECTS) throw new Refused(`it redirects more than ${MOST_REDIRECTS} times`);
    address = next;
  }
}

function headersOf({ url, writeToken, hfToken }: TrackioOptions): Record<string, string> {
  const token = new URL(url).searchParams.get("write_token") ?? writeToken;
  return {
    "content-type": "application/json",
    ...(token && { "x-trackio-write-token": token }),
    ...(hfToken && { authorization: `Bearer ${hfToken}` }),
  };
}

/** The address that paths of the API follow: without its query, which may hold a token. */
function addressOf(url: string): URL {
  const address = new URL(url);
  address.search = "";
  address.hash = "";
  if (!address.pathname.endsWith("/")) address.pathname += "/";
  return address;
}

function errorIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return error === undefined || error === null ? undefined : String(error);
  } catch {
    return undefined;
  }
}

/** What Node says of a failed request stands in the cause of the error. */
function reasonOf(error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: { code?: string } };
  return name === "TimeoutError" ? "no answer in time" : (cause?.code ?? message);
}
