/**
 * `npm pack` runs this before it packs (`prepare`) and after it (`restore`). The package leaves out the sources and the reports of studies
 * with their pictures, so its pages would have dead links to them. In the packed pages a link leads to the same file in dist/ where it is
 * there, and is plain text where the package has no such file. `restore` gives the pages their own text back, except those that somebody
 * has changed meanwhile. `prepare` does so first too, because a failed `npm pack` skips what comes after it.
 */
import { execSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ORIGINALS = ".cache/packed_docs";

/** A page of the package at `path`, with every link leading to a file of the package. */
export function packedPage(path: string, text: string, files: ReadonlySet<string>): string {
  return text.replaceAll(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (link, image: string, words: string, target: string) => {
    if (/^([a-z]+:|#)/.test(target)) return link;
    const [file = "", anchor] = target.split("#");
    const found = packedPath(posix.normalize(posix.join(posix.dirname(path), file)), files);
    if (found === undefined) return image ? "" : words;
    const relative = posix.relative(posix.dirname(path), found);
    return `${image}[${words}](${anchor === undefined ? relative : `${relative}#${anchor}`})`;
  });
}

/** Where a file or folder of the repository lies in the package. */
function packedPath(path: string, files: ReadonlySet<string>): string | undefined {
  const has = (wanted: string): boolean => files.has(wanted) || [...files].some((file) => file.startsWith(`${wanted.replace(/\/$/, "")}/`));
  return [path, `dist/${path}`].find(has);
}

/** What `npm pack` would pack. */
function packedFiles(): Set<string> {
  // On Windows npm is a script, which a shell alone runs.
  const listed = execSync("npm pack --dry-run --json --ignore-scripts", { encoding: "utf8" });
  const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }];
  return new Set(files.map(({ path }) => path));
}

function prepare(): void {
  restore();
  const files = packedFiles();
  for (const path of [...files].filter((file) => file.endsWith(".md"))) {
    const text = readFileSync(path, "utf8");
    const packed = packedPage(path, text, files);
    if (packed === text) continue;
    mkdirSync(join(ORIGINALS, dirname(path)), { recursive: true });
    writeFileSync(join(ORIGINALS, path), text);
    writeFileSync(join(ORIGINALS, `${path}.packed`), packed);
    writeFileSync(path, packed);
  }
}

function restore(): void {
  if (!existsSync(ORIGINALS)) return;
  for (const path of (readdirSync(ORIGINALS, { recursive: true }) as string[]).filter((file) => file.endsWith(".md")))
    if (textOf(path) === textOf(join(ORIGINALS, `${path}.packed`))) writeFileSync(path, readFileSync(join(ORIGINALS, path)));
  rmSync(ORIGINALS, { recursive: true });
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  if (process.argv[2] === "restore") restore();
  else prepare();
}
