import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../configs", import.meta.url));
const EXTENSION = ".yaml";

/** The names of the configurations that come with the package: `quickstart` is configs/quickstart.yaml. */
export function shippedConfigNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .sort();
}

/**
 * The file that a configuration's name means. A file of the user's comes first. Otherwise the bare name of a shipped configuration
 * ("quickstart") or its path in the package ("configs/quickstart.yaml", with slashes of either kind) means that one. Anything else is
 * returned as it is.
 */
export function configFile(name: string): string {
  if (existsSync(name) && statSync(name).isFile()) return name;
  const path = name.replaceAll("\\", "/");
  const shipped = shippedConfigNames().find((known) => path === known || path === `configs/${known}${EXTENSION}`);
  return shipped === undefined ? name : join(FOLDER, `${shipped}${EXTENSION}`);
}
