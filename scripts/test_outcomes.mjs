/**
 * A reporter for Node's test runner that writes a line for each test: how it went and its name, by tabs. Plain JavaScript, because the runner
 * loads reporters before tsx.
 *
 * @param {AsyncIterable<{ type: string, data: { name: string, skip?: string | boolean } }>} events
 */
export default async function* testOutcomes(events) {
  for await (const { type, data } of events) {
    if (type !== "test:fail" && type !== "test:pass") continue;
    // What the caller's own pattern leaves out is told of as skipped, too.
    const isSkipped = data.skip !== undefined && !/^test name (does not match|matches)|^'only' option/.test(String(data.skip));
    const outcome = type === "test:fail" ? "failed" : isSkipped ? "skipped" : "passed";
    const why = isSkipped && typeof data.skip === "string" && data.skip !== "" ? ` (${data.skip})` : "";
    yield `${outcome}\t${data.name.replaceAll(/\s+/g, " ")}${why}\n`;
  }
}
