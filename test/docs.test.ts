import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { controllers } from "../src/control/index.ts";
import { losses } from "../src/loss/index.ts";
import { advantages } from "../src/rl/advantages/index.ts";
import { CLI } from "./cli_command.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const below = ["docs", "docs/results"].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...below.filter((path) => path.endsWith(".md"))];

for (const page of pages) {
  test(`${page}: every link leads somewhere`, () => {
    for (const [, target] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [path = "", anchor] = target!.split("#");
      const file = path === "" ? page : join(dirname(page), path);
      assert.ok(existsSync(join(root, file)), `${target} is missing`);
      if (anchor) assert.ok(anchors(read(file)).includes(anchor), `${file} has no heading #${anchor}`);
    }
  });
}

/** What a heading's link is called on GitHub. */
function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}

test("the README lists the commands there are", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...CLI, "--help"], { cwd: root });
  const offered = [...stdout.slice(stdout.indexOf("Commands:")).matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name!);
  const listed = [...read("README.md").matchAll(/^\| `(\w+)[ `]/gm)].map(([, name]) => name!);
  assert.deepEqual(listed.sort(), offered.filter((name) => name !== "help").sort());
});

test("docs/environment.md lists the ENTROPIC_ variables that the code reads", () => {
  const names = (text: string): string[] => [...text.matchAll(/ENTROPIC_[A-Z]+/g)].map(([name]) => name);
  const sources = (readdirSync(join(root, "src"), { recursive: true }) as string[]).filter((path) => path.endsWith(".ts"));
  const used = new Set(sources.flatMap((path) => names(read(join("src", path)))));
  assert.deepEqual([...new Set(names(read("docs/environment.md")))].sort(), [...used].sort());
});

test("docs/method.md says what every loss, controller and advantage does", () => {
  const missing = Object.keys({ ...losses, ...controllers, ...advantages }).filter(
    (name) => !read("docs/method.md").includes(`\`${name}\``),
  );
  assert.deepEqual(missing, []);
});

test("the sections of docs/method.md that comments cite exist", () => {
  const headings = [...read("docs/method.md").matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);
  const files = ["src", "shaders", "models"].flatMap((folder) =>
    (readdirSync(join(root, folder), { recursive: true }) as string[]).map((name) => join(folder, name)),
  );
  const cited = files
    .filter((path) => /\.(ts|wgsl)$/.test(path))
    .flatMap((path) =>
      [...read(path).matchAll(/method\.md, (?:"([^"]+)"|(section))/g)].map(([, heading, number]) => ({
        path,
        heading: heading ?? number!,
      })),
    );
  assert.ok(cited.length > 0);
  assert.deepEqual(
    cited.filter(({ heading }) => !headings.includes(heading)),
    [],
  );
});
