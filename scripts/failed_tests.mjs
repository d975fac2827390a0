/**
 * A reporter for Node's test runner that writes a line for each test that failed: its file, a tab and its name. Plain JavaScript, because
 * the runner loads reporters before tsx.
 *
 * @param {AsyncIterable<{ type: string, data: { name: string, file?: string } }>} events
 */
export default async function* failedTests(events) {
  for await (const { type, data } of events) {
    if (type === "test:fail") yield `${data.file ?? data.name}\t${data.name.replaceAll(/\s+/g, " ")}\n`;
  }
}
