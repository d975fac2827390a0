/**
 * A reporter for Node's test runner that writes a line for each test that failed or was skipped: which, its file and its name, by tabs. Plain
 * JavaScript, because the runner loads reporters before tsx.
 *
 * @param {AsyncIterable<{ type: string, data: { name: string, file?: string, skip?: string | boolean } }>} events
 */
export default async function* testOutcomes(events) {
  for await (const { type, data } of events) {
    const outcome = type === "test:fail" ? "failed" : data.skip !== undefined && type === "test:pass" ? "skipped" : undefined;
    if (outcome === undefined) continue;
    const why = typeof data.skip === "string" && data.skip !== "" ? ` (${data.skip})` : "";
    yield `${outcome}\t${data.file ?? data.name}\t${data.name.replaceAll(/\s+/g, " ")}${why}\n`;
  }
}
