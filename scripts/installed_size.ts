/** `node --import tsx scripts/installed_size.ts` prints how large an install of the package is, and which dependencies weigh most. */
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { formatTable } from "../src/report/table.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Weight {
  readonly name: string;
  readonly bytes: number;
}

/** Every package that users of this one install, with the bytes of its files, the largest first. Those of other platforms are left out. */
export function installedPackages(): Weight[] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: Record<string, { dev?: boolean }> };
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== "" && !dev && existsSync(join(root, path)))
    .map(([path]) => ({ name: path.replace(/^node_modules\//, ""), bytes: bytesBelow(join(root, path)) }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** The bytes of a package's own files; packages nested in it are counted by themselves. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules")
    .map((entry) => (entry.isDirectory() ? bytesBelow(join(folder, entry.name)) : lstatSync(join(folder, entry.name)).size))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** Millions of bytes. */
export function megabytes(packages: readonly Weight[]): number {
  return packages.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const packages = installedPackages();
  const rows = packages.slice(0, 12).map((one) => [one.name, megabytes([one]).toFixed(1)]);
  const rest = ["all others", megabytes(packages.slice(12)).toFixed(1)];
  const sum = [`all ${packages.length}`, megabytes(packages).toFixed(1)];
  process.stdout.write(`${formatTable([{ heading: "dependency" }, { heading: "MB", align: "right" }], [...rows, rest, sum])}\n`);
}
