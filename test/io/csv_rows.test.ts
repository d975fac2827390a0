import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { readRows } from "../../src/io/rows.ts";

const folder = await mkdtemp(join(tmpdir(), "entropic-csv-"));
after(() => rm(folder, { recursive: true, force: true }));

async function rowsOf(text: string | Uint8Array, name = "rows.csv"): Promise<unknown[]> {
  const path = join(folder, name);
  await writeFile(path, text);
  return readRows(path);
}

test("fields in quotes hold commas, quotes and line ends; values are texts, and blank lines are none", async () => {
  const text = '\ufeffq, a,c\r\n"1,000 + 2",1002,\r\n\r\n"say ""hi""\nthere",x,é\r\n';
  assert.deepEqual(await rowsOf(text), [
    { q: "1,000 + 2", a: "1002", c: "" },
    { q: 'say "hi"\nthere', a: "x", c: "é" },
  ]);
  assert.deepEqual(await rowsOf("q\ta\n1,2\t3", "rows.TSV"), [{ q: "1,2", a: "3" }]);
  assert.deepEqual(await rowsOf("a,b\n1,2\r\n3,4\r5,6\n"), [
    { a: "1", b: "2" },
    { a: "3", b: "4" },
    { a: "5", b: "6" },
  ]);
  assert.deepEqual(await rowsOf(""), []);
  assert.deepEqual(await rowsOf("q,a\n"), []);
});

test("what was written comes back, whatever the fields hold", async () => {
  const field = fc.string({ unit: "grapheme", maxLength: 6 });
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ q: field, a: field }), { maxLength: 5 }), async (rows) => {
      const lines = rows.map(({ q, a }) => `${quote(q)},${quote(a)}\n`);
      assert.deepEqual(
        await rowsOf(`q,a\n${lines.join("")}`),
        rows.map((row) => ({ ...row })),
      );
    }),
    { numRuns: 100 },
  );
});

test("damage is told by the line", async () => {
  const refused = (text: string | Uint8Array, pattern: RegExp) =>
    assert.rejects(rowsOf(text), (error) => {
      assert.ok(error instanceof Error && error.name === "FileError" && !error.message.includes("\n"), String(error));
      assert.match(error.message, pattern);
      return true;
    });
  await refused(
    "q,a\n1,2\n1,2,3\n",
    /rows\.csv line 3 has another number of fields than the first line; put a field with commas in quotes/,
  );
  await refused("q,a\n1\n", /line 2 has another number of fields/);
  await refused('q,a\n"1,2\n3,4\n', /line 3: a quote is opened and never closed/);
  await refused('q,a\n1"2,3\n', /line 2 cannot be read: Invalid Opening Quote/);
  await refused("q,q\n1,2\n", /has two columns of the name "q" in its first line/);
  await refused("q,\n1,2\n", /has no name for column 2 in its first line/);
  await refused(Uint8Array.of(0x71, 10, 0xff, 0xfe), /is not UTF-8 text after line 0; save it as UTF-8/);
  await assert.rejects(readRows(join(folder, "none.csv")), /none\.csv/);
});
