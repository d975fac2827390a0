import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The commit of the sources, with a + where they have changed since; unknown outside a repository. */
export function sourceVersion(): string {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const git = (...words: string[]): string =>
    execFileSync("git", words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    const changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "shaders", "models", "configs") !== "";
    return `${git("rev-parse", "--short", "HEAD")}${changed ? "+" : ""}`;
  } catch {
    return "unknown";
  }
}
