import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The commit of the sources in a folder, with a + where they have changed since; unknown outside a repository, and where they are installed. */
export function sourceVersion(cwd = fileURLToPath(new URL("../..", import.meta.url))): string {
  const git = (...words: string[]): string =>
    execFileSync("git", words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    // Of an installed package git would tell the repository of whoever installed it.
    if (git("rev-parse", "--show-prefix").includes("node_modules/")) return "unknown";
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "shaders", "models", "configs") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? "+" : ""}`;
  } catch {
    return "unknown";
  }
}
