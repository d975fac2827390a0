import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sourceVersion } from "../../src/node/source_version.ts";

test("the version is the repository's commit, with a + after changes, and unknown for what is installed in it", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "entropic-version-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...words: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], { cwd: folder, encoding: "utf8" }).trim();
  assert.equal(sourceVersion(folder), "unknown");
  const [sources, installed] = [join(folder, "src"), join(folder, "node_modules/entropic-webgpu")];
  mkdirSync(sources);
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(sources, "a.ts"), "1\n");
  git("init", "-q");
  git("add", "src");
  git("commit", "-qm", "first");
  const commit = git("rev-parse", "--short", "HEAD");
  assert.equal(sourceVersion(folder), commit);
  assert.equal(sourceVersion(installed), "unknown");
  writeFileSync(join(sources, "a.ts"), "2\n");
  assert.equal(sourceVersion(folder), `${commit}+`);
});
