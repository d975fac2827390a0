/** What pack.sh asks: `modules FOLDER` copies the packages that the day runs, `weigh` refuses a tree that is too heavy to travel. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The folders of packages that some packages need, by the lock file in node_modules. Those that are not installed are left out. */
export function neededPackages(root: string, names: readonly string[]): string[] {
  const text = readFileSync(join(root, "node_modules/.package-lock.json"), "utf8");
  const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, Locked>> };
  const needed = new Set<string>();
  const visit = (from: string, name: string): void => {
    const place = placeOf(packages, from, name);
    if (place === undefined || needed.has(place) || !existsSync(join(root, place))) return;
    needed.add(place);
    const { dependencies = {}, optionalDependencies = {} } = packages[place]!;
    for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) visit(place, next);
  };
  for (const name of names) visit("", name);
  return [...needed];
}

/** Where Node.js finds a package from the folder of another: beside it or above it. */
function placeOf(packages: Readonly<Record<string, Locked>>, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const place = `${folder}${folder ? "/" : ""}node_modules/${name}`;
    if (packages[place]) return place;
    if (folder === "") return undefined;
  }
}

/** What no run needs: types, maps, and GPUs of other systems. */
const USELESS = /\.(map|md|d\.[cm]?ts)$|(^|\/)node_modules(\/|$)|^dist\/(darwin|win32|linux-arm64)/;

/** Copies what the project runs, which is what it depends on, and tsx. */
function copyModules(to: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Required<Pick<Locked, "dependencies">>;
  for (const place of neededPackages(ROOT, [...Object.keys(dependencies), "tsx"])) {
    const source = join(ROOT, place);
    const filter = (path: string): boolean => !USELESS.test(relative(source, path));
    cpSync(source, join(to, place), { recursive: true, dereference: true, filter });
  }
}

const MEBIBYTE = 2 ** 20;
/** A tree that is copied to a lent machine may weigh 64 MiB in places; the rest is room for results. */
const MOST_MEBIBYTES = 60;
const SHOWN = 8;

/** @throws Error that names the largest files, where those that git does not ignore and the kit's weigh too much together */
export function weigh(root: string, most = MOST_MEBIBYTES): string {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  const kit = join(root, ".gpu-day");
  const own = existsSync(kit) ? readdirSync(kit, { recursive: true }).map((name) => join(basename(kit), String(name))) : [];
  const files = [...new Set([...listed.split("\0").filter(Boolean), ...own])]
    .filter((file) => existsSync(join(root, file)) && statSync(join(root, file)).isFile())
    .map((file) => ({ file, bytes: statSync(join(root, file)).size }));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const said = `the tree and its kit weigh ${mebibytes(total)} MiB`;
  if (total <= most * MEBIBYTE) return said;
  const largest = files.sort((a, b) => b.bytes - a.bytes).slice(0, SHOWN);
  const lines = largest.map(({ file, bytes }) => `  ${mebibytes(bytes)} MiB  ${file}`);
  throw new Error(`${said}, and may weigh ${most}; the largest are\n${lines.join("\n")}`);
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(1);
}

const [what, folder] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (what === "modules") copyModules(folder!);
    else process.stdout.write(`${weigh(ROOT)}\n`);
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
