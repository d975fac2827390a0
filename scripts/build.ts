/** `npm run build [-- FOLDER]` compiles into dist/ (or FOLDER), in the folders of the source, and copies the files that are read at run time. */
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeOptionTypes } from "./option_types.ts";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const target = process.argv[2] ?? "dist";
if (target.startsWith("-")) {
  process.stderr.write("usage: npm run build [-- FOLDER]; it compiles into dist/ where no folder is named\n");
  process.exit(2);
}
rmSync(target, { recursive: true, force: true });
const compiler = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", target];
const { status } = spawnSync(process.execPath, compiler, { stdio: "inherit" });
if (status !== 0) process.exit(1);
// The compiler rewrites import paths in JavaScript alone, so those of declarations are rewritten here.
for (const file of readdirSync(target, { recursive: true }) as string[]) {
  if (!file.endsWith(".d.ts")) continue;
  const path = join(target, file);
  const text = readFileSync(path, "utf8").replaceAll(/"(\.[^"\n]*)\.ts"/g, '"$1.js"');
  writeFileSync(path, text.includes("GPU") ? `/// <reference types="@webgpu/types" />\n${text}` : text);
}
writeOptionTypes(target);
// These train models that lie beside the project and are not shipped.
const UNSHIPPED = /^configs\/(digits|stories|data\/stories\.jsonl)/;
for (const folder of ["shaders", "models/checkpoints", "configs", "src/testing/cases"])
  cpSync(folder, join(target, folder), { recursive: true, filter: (path) => !UNSHIPPED.test(path.replaceAll("\\", "/")) });
