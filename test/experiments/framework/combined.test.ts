import assert from "node:assert/strict";
import { test } from "node:test";
import { combinedMarkdown } from "../../../src/experiments/framework/combined.ts";

const report = (name: string, passed: boolean) => ({
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
