import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = process.env.TESTED_BUILD;

/**
 * What Node is given to run a command: the sources, or what `npm run build -- FOLDER` made of them where TESTED_BUILD names the
 * folder. Compiled JavaScript starts a second sooner, and the suite starts some hundreds of commands.
 */
export const CLI: readonly string[] = built
  ? [resolve(root, built, "src/cli/main.js")]
  : ["--import", "tsx", resolve(root, "src/cli/main.ts")];
