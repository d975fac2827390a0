/**
 * `npm run docs [-- FOLDER]` writes a page for every export of the package into docs/api (or FOLDER), from the declarations that
 * `npm run build` wrote. A link of a docstring that leads nowhere is an error.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, type TypeDocOptions } from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const [out = "docs/api", built = "dist"] = process.argv.slice(2);
const tsconfig = join(built, "tsconfig.json");
const compilerOptions = { module: "ESNext", moduleResolution: "bundler", target: "ES2022", strict: true, skipLibCheck: true };
writeFileSync(tsconfig, JSON.stringify({ compilerOptions: { ...compilerOptions, types: ["node", "@webgpu/types"] }, include: ["src"] }));

const options: Partial<TypeDocOptions> & PluginOptions = {
  plugin: ["typedoc-plugin-markdown"],
  entryPoints: [join(built, "src/index.d.ts")],
  tsconfig,
  out,
  name: "entropic-webgpu",
  readme: "none",
  disableSources: true,
  excludePrivate: true,
  excludeExternals: true,
  githubPages: false,
  sort: ["source-order"],
  hideBreadcrumbs: true,
  expandParameters: true,
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  parametersFormat: "table",
  validation: { notExported: false, invalidLink: true },
};

const application = await Application.bootstrapWithPlugins(options);
const project = await application.convert();
if (project) {
  application.validate(project);
  await application.generateOutputs(project);
}
if (application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1;
