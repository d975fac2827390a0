import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { openReporters } from "../../src/cli/reporters.ts";
import { createTrackioReporter, type TrackioOptions } from "../../src/report/trackio.ts";

interface Entry {
  readonly project: string;
  readonly run: string;
  readonly run_id: string;
  readonly step: number;
  readonly metrics: Record<string, number>;
  readonly log_id: string;
  readonly config?: unknown;
}

interface Received {
  readonly entries: Entry[];
  readonly requests: IncomingMessage[];
}

type Answer = (response: ServerResponse, request: IncomingMessage, count: number) => void;
const ok: Answer = (response) => response.end('{"data":null}');

/** Runs `use` with a server that keeps what it answers with 200, as Trackio's does. */
async function withServer(answer: Answer, use: (url: string, received: Received) => Promise<void>): Promise<void> {
  const received: Received = { entries: [], requests: [] };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      received.requests.push(request);
      response.on("finish", () => {
        if (response.statusCode === 200) received.entries.push(...(JSON.parse(body) as { logs: Entry[] }).logs);
      });
      answer(response, request, received.requests.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, received);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const timing = { request: 200, firstPause: 10, longestPause: 40, close: 400 };

/** Reports four steps and closes; returns the warnings and how long closing took. */
async function reportSteps(url: string, options: Partial<TrackioOptions> = {}): Promise<{ warnings: string[]; closing: number }> {
  const warnings: string[] = [];
  const given = {
    project: "sums",
    run: "first",
    runId: "id",
    config: { seed: 3 },
    warn: (line: string) => void warnings.push(line),
    timing,
  };
  const reporter = createTrackioReporter({ url, ...given, ...options });
  for (let step = 0; step < 4; step += 1) reporter.report({ step, metrics: { reward: step / 2, loss: 1 - step } });
  const before = performance.now();
  await reporter.close();
  return { warnings, closing: performance.now() - before };
}

const steps = ({ entries }: Received): number[] => entries.map(({ step }) => step);

test("a Trackio server is told every step once, with its tokens, and the configuration with the first", async () => {
  await withServer(ok, async (url, received) => {
    const { warnings } = await reportSteps(`${url}/?write_token=secret`);
    assert.deepEqual(warnings, []);
    assert.deepEqual(steps(received), [0, 1, 2, 3]);
    const [first, second] = received.entries;
    assert.deepEqual(first, {
      ...{ project: "sums", run: "first", run_id: "id", step: 0, metrics: { reward: 0, loss: 1 }, log_id: "id-0" },
      config: { seed: 3 },
    });
    assert.equal(second!.config, undefined);
    const [request] = received.requests;
    assert.equal(`${request!.method} ${request!.url}`, "POST /api/bulk_log");
    assert.equal(request!.headers["x-trackio-write-token"], "secret");
  });
});

test("the id of a line is that of its step, so that a step which is sent twice is stored once", async () => {
  await withServer(ok, async (url, received) => {
    const reporter = createTrackioReporter({ url, project: "sums", run: "first", runId: "id", config: {}, warn: assert.fail, timing });
    for (const step of [5, 6]) reporter.report({ step, metrics: { reward: 1 } });
    await reporter.close();
    assert.deepEqual(
      received.entries.map(({ log_id }) => log_id),
      ["id-5", "id-6"],
    );
  });
});

test("a server that fails for a while costs one warning and loses no step", async () => {
  const answer: Answer = (response, request, count) => {
    if (count > 3) return ok(response, request, count);
    response.statusCode = 500;
    response.end("busy");
  };
  await withServer(answer, async (url, received) => {
    const { warnings } = await reportSteps(url);
    assert.equal(warnings.length, 1, warnings.join());
    assert.match(warnings[0]!, /^Trackio at .*127\.0\.0\.1.* did not take the metrics \(status 500\); it is tried again; the run goes on$/);
    assert.deepEqual(steps(received), [0, 1, 2, 3]);
  });
});

test("a server that never answers, or is away, costs one warning and little time at the end", async () => {
  await withServer(
    () => undefined,
    async (url) => {
      const { warnings, closing } = await reportSteps(url);
      assert.match(warnings.join(), /^[^,]*\(no answer in time\)[^,]*$/);
      assert.ok(closing < 1500, `closing took ${closing} ms`);
    },
  );
  const { warnings, closing } = await reportSteps("http://127.0.0.1:9");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /\((ECONNREFUSED|bad port|fetch failed)\)/);
  assert.ok(closing < 1500, `closing took ${closing} ms`);
});

test("reporting waits for no server: every call returns while the first request is still open", async () => {
  let arrived = (): void => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await withServer(
    () => arrived(),
    async (url, received) => {
      const warnings: string[] = [];
      const warn = (line: string): void => void warnings.push(line);
      const patient = { ...timing, request: 600_000, close: 100 };
      const reporter = createTrackioReporter({ url, project: "sums", run: "first", runId: "id", warn, timing: patient });
      const returned: unknown[] = [reporter.report({ step: 0, metrics: { reward: 1 } })];
      await arrival;
      for (let step = 1; step < 4; step += 1) returned.push(reporter.report({ step, metrics: { reward: 1 } }));
      assert.deepEqual(returned, Array(4).fill(undefined), "nothing to wait for");
      assert.deepEqual(warnings, [], "the request has not ended");
      await reporter.close();
      assert.equal(warnings.length, 1);
      assert.equal(received.requests.length, 1);
    },
  );
});

test("what a server refuses is not sent again, and a redirect keeps the body but not the host", async () => {
  await withServer(
    (response) => {
      response.statusCode = 400;
      response.end('{"error":"A write_token is required"}');
    },
    async (url, received) => {
      const { warnings } = await reportSteps(url);
      assert.match(warnings.join(), /\(status 400: A write_token is required\); nothing more is sent to it$/);
      assert.equal(received.requests.length, 1);
    },
  );
  const moved: Answer = (response, request, count) => {
    if (request.url!.startsWith("/there")) return ok(response, request, count);
    response.writeHead(302, { location: "/there/api/bulk_log" }).end();
  };
  await withServer(moved, async (url, received) => {
    assert.deepEqual((await reportSteps(url)).warnings, []);
    assert.deepEqual(steps(received), [0, 1, 2, 3]);
  });
  await withServer(
    (response) => response.writeHead(307, { location: "http://elsewhere.invalid/" }).end(),
    async (url) => assert.match((await reportSteps(url)).warnings.join(), /redirects to another host, elsewhere\.invalid/),
  );
});

test("a run that goes on sends what the server lacks, and no step twice", async () => {
  const dir = await mkdtemp(join(tmpdir(), "entropic-trackio-"));
  const metrics = (last: number): string => Array.from({ length: last + 1 }, (_, step) => `{"step":${step},"reward":${step}}\n`).join("");
  try {
    await withServer(ok, async (url, received) => {
      const run = { report: { trackio: url }, output: { dir } };
      const warn = (line: string): void => assert.fail(line);
      await writeFile(join(dir, "metrics.jsonl"), metrics(0));
      const first = await openReporters(run, warn);
      for (const step of [1, 2, 3]) first.report({ step, metrics: { reward: step } });
      await first.close();
      assert.equal(JSON.parse(await readFile(join(dir, "trackio.json"), "utf8")).sent, 3);
      // The process died after two more steps, which nobody was told of.
      await writeFile(join(dir, "metrics.jsonl"), metrics(5));
      const second = await openReporters(run, warn);
      second.report({ step: 6, metrics: { reward: 6 } });
      await second.close();
      assert.deepEqual(steps(received), [0, 1, 2, 3, 4, 5, 6]);
      assert.equal(new Set(received.entries.map(({ run_id }) => run_id)).size, 1, "it stays one run");
      assert.deepEqual([...new Set(received.entries.map(({ project }) => project))], ["entropic"]);
    });
  } finally {
    await rm(dir, { recursive: true });
  }
});
