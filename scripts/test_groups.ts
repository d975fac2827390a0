import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const MAX_FILES = 12; // so that one that ends the process takes few others with it

/** Test files that run in one process, one after the other, by a module that imports them. */
export interface TestGroup {
  module: string;
  files: readonly string[];
}

/** What the reporter of scripts/test_outcomes.mjs tells of a test. */
export interface Outcome {
  outcome: "passed" | "failed" | "skipped";
  name: string;
}

/** A file as it is listed: from the project's root, whichever way it runs. */
export const nameOf = (file: string): string => relative(root, file);

/** What tells that a file opens a device, starts a process, or changes what others in its process would see. */
const ALONE = /[dD]evice|CLI|spawn|exec[A-Z]|process\.|globalThis|Worker|createServer|mock/;

/** Hooks that would run for the tests of all later files of the process. */
const EACH = /(before|after)Each\(/;

/**
 * Sorts test files into processes. Files that take `sharedDevice()` of test/shared_device.ts run together, because a device compiles each
 * kernel once, those with test/narrow_vectors.ts apart from others; so do files that use no device and no process, because each would
 * take half a second to start; others run alone. Groups come first, as they take longest.
 *
 * @param concurrency processes at a time: there are some of similar length for each
 */
export function groupsOf(files: readonly string[], concurrency: number): string[][] {
  const kinds: Record<"narrow" | "shared" | "plain" | "alone", string[]> = { narrow: [], shared: [], plain: [], alone: [] };
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    const onDevice = text.includes("narrow_vectors.ts") ? "narrow" : "shared";
    const kind = text.includes("sharedDevice()") ? onDevice : ALONE.test(text) ? "alone" : "plain";
    kinds[EACH.test(text) ? "alone" : kind].push(file);
  }
  const together = [kinds.narrow, kinds.shared, kinds.plain].flatMap((some) => {
    const size = Math.max(1, Math.min(MAX_FILES, Math.ceil(some.length / (4 * concurrency))));
    return Array.from({ length: Math.ceil(some.length / size) }, (_, i) => some.slice(i * size, (i + 1) * size));
  });
  return [...together, ...kinds.alone.map((file) => [file])];
}

/**
 * Writes a module for each group into a folder. It imports a file, waits until its tests have ended, the last of which bears the file's name, and
 * its hooks, and goes on to the next.
 *
 * @param runs gives the path of what runs for a test file: itself, or what it was compiled to
 */
export function writeGroups(groups: readonly (readonly string[])[], folder: string, runs: (file: string) => string): TestGroup[] {
  return groups.map((files, i) => {
    // The runner sorts them by name.
    const module = join(folder, `group-${String(i + 1).padStart(3, "0")}.mjs`);
    const imports = files.map((file) => [nameOf(file), pathToFileURL(runs(file)).href]);
    writeFileSync(module, `${PROGRAM}for (const [name, url] of ${JSON.stringify(imports)}) await run(name, url);\n`);
    return { module, files };
  });
}

// The next file waits for the hooks of the last, too: while Node.js runs them, it would run those that another file adds.
const PROGRAM = `import { after, test } from "node:test";
async function run(name, url) {
  let mistakes = [];
  try {
    await import(url);
  } catch (mistake) {
    mistakes = [mistake];
  }
  const ended = new Promise((resolve) => after(resolve));
  test(name, () => {
    for (const mistake of mistakes) throw mistake;
  });
  await ended;
}
`;

/**
 * Finds the file of each test, which the runner does not tell of tests that a function in another file makes. The runner tells of one process
 * after the other, and in each a file's tests come before the test of its name. A process that ends early fails all files of its group that
 * have not ended.
 *
 * @returns for each file what was told of its tests
 */
export function outcomesByFile(outcomes: readonly Outcome[], groups: readonly TestGroup[]): Map<string, Outcome[]> {
  const files = groups.flatMap((group) => group.files);
  const fileOf = new Map(files.map((file) => [nameOf(file), file]));
  const byFile = new Map<string, Outcome[]>();
  let open: Outcome[] = [];
  for (const one of outcomes) {
    const file = fileOf.get(one.name);
    open.push(one);
    if (file !== undefined) byFile.set(file, open);
    if (file !== undefined || groups.some(({ module }) => module === one.name)) open = [];
  }
  const early: Outcome = { outcome: "failed", name: "the process of this file ended before its tests did" };
  for (const file of files) if (!byFile.has(file)) byFile.set(file, [early]);
  return byFile;
}
