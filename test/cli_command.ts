import { fileURLToPath } from "node:url";

const main = new URL("../src/cli/main", import.meta.url);

/** What Node is given to run a command: the sources, or the JavaScript beside them where the tests run compiled (see .ci/run). */
export const CLI: readonly string[] = import.meta.url.endsWith(".js")
  ? [fileURLToPath(`${main}.js`)]
  : ["--import", "tsx", fileURLToPath(`${main}.ts`)];
