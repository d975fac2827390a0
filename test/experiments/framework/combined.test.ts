import assert from "node:assert/strict";
import { test } from "node:test";
import { combinedMarkdown } from "../../../src/experiments/framework/combined.ts";

const report = (name: string, passed?: boolean) => ({
  name,
  markdown: `# Title of ${name}\n\n## Runs\n\n![curves](curves.svg)\n`,
  pictures: [],
  verdicts: [{ claim: `${name} holds`, measured: "1 of 1", passed }],
});

test("several studies become one page: claims first, headings one level down, pictures in their folders", () => {
  const page = combinedMarkdown([report("tau", true), report("gains", false)]);
  assert.match(page, /^# tau and gains\n\n1 of 2 claims did not hold: gains holds\./);
  assert.match(page, /\| tau \| tau holds \| 1 of 1 \| \*\*PASS\*\* \|/);
  assert.match(page, /\n## Title of tau\n\n### Runs\n\n!\[curves\]\(tau\/curves\.svg\)/);
  assert.match(page, /!\[curves\]\(gains\/curves\.svg\)/);
  assert.equal(page.match(/^# /gm)!.length, 1);
});

test("a page names the claims that did not hold where they are few, and counts them where they are many", () => {
  const failed = ["a", "b", "c", "d"].map((name) => report(name, false));
  assert.match(combinedMarkdown(failed.slice(0, 3)), /\n\n3 of 3 claims did not hold: a holds; b holds; c holds\.\n/);
  assert.match(combinedMarkdown(failed), /\n\n4 of 4 claims did not hold \(FAIL in the table below\)\.\n/);
});

test("a page counts the claims that the runs cannot judge beside the judged ones", () => {
  const reports = [report("a", true), report("b"), report("c")];
  assert.match(
    combinedMarkdown(reports),
    /\n\nThe one claim that was put to the test held\. 2 others were not judged: the runs cannot tell\.\n/,
  );
  assert.match(combinedMarkdown(reports.slice(0, 2)), /held\. 1 other was not judged: the runs cannot tell\.\n/);
  assert.match(combinedMarkdown(reports.slice(1)), /\n\nNo claim was put to the test\.\n/);
});
