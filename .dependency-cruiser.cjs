/**
 * The arrows of the house. Imports go one way:
 *
 *   gpu <- graph <- ops <- nn <- optim;  ops <- control, loss;  nn, optim, control, loss <- policy <- rl <- experiments
 *   io <- data <- tasks <- data_sets;  data_sets, report <- rl;  tasks, report <- experiments
 *
 * options and report import nothing of src but options; node and cli are the top; models/ sees only the public face.
 */

/** What each folder of src may import, besides itself, src/options, src/random.ts and packages. */
const may = {
  options: [],
  gpu: [],
  graph: ["gpu"],
  ops: ["gpu", "graph"],
  nn: ["gpu", "graph", "ops"],
  optim: ["gpu", "graph", "ops", "nn"],
  control: ["gpu", "graph", "ops"],
  loss: ["gpu", "graph", "ops"],
  policy: ["gpu", "graph", "ops", "nn", "optim", "control", "loss"],
  tasks: ["data"],
  data: ["io"],
  io: [],
  data_sets: ["io", "tasks", "data"],
  report: [],
  rl: ["gpu", "graph", "ops", "nn", "optim", "control", "loss", "policy", "tasks", "data", "data_sets", "io", "report"],
  testing: ["gpu", "graph", "ops", "nn", "optim", "control", "loss", "policy", "io"],
  experiments: ["gpu", "graph", "ops", "nn", "optim", "control", "loss", "policy", "rl", "tasks", "data", "io", "report"],
};

const layer = ([folder, below]) => ({
  name: `${folder}-imports-only-what-lies-below-it`,
  comment: `src/${folder} may import ${below.length > 0 ? below.join(", ") : "nothing else of src"}.`,
  severity: "error",
  from: { path: `^src/${folder}/` },
  to: { path: "^(src|models)/", pathNot: `^src/((random|half_float|stored_tensor)\\.ts$|(${["options", folder, ...below].join("|")})/)` },
});

module.exports = {
  forbidden: [
    ...Object.entries(may).map(layer),
    {
      name: "models-see-only-the-public-face",
      comment: "An architecture imports src/engine.ts alone, which proves that the public face suffices.",
      severity: "error",
      from: { path: "^models/" },
      to: { path: "^src/", pathNot: "^src/engine\\.ts$" },
    },
    {
      name: "engine-is-the-public-face",
      comment: "src/engine.ts gathers the engine: nothing of Node, of the command line or of the experiments.",
      severity: "error",
      from: { path: "^src/engine\\.ts$" },
      to: { path: "^(models|src/(node|cli|experiments|index\\.ts))" },
    },
    {
      name: "only-node-and-cli-touch-node",
      comment: "The engine also runs in a browser. src/io and src/report write files and may use node:fs and node:path.",
      severity: "error",
      from: { path: "^(src|models)/", pathNot: "^src/(node|cli|io|report)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "io-and-report-touch-files-only",
      severity: "error",
      from: { path: "^src/(io|report)/" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|fs|fs/promises|path|url)$" },
    },
    {
      name: "only-node-and-cli-open-dawn",
      severity: "error",
      from: { path: "^(src|models)/", pathNot: "^src/(node|cli)/" },
      to: { path: "^(node_modules/)?webgpu(/|$)" },
    },
    {
      name: "nothing-imports-the-command-line",
      severity: "error",
      from: { path: "^(src|models|bench)/", pathNot: "^src/cli/" },
      to: { path: "^src/cli/" },
    },
    {
      name: "no-test-code-in-the-package",
      severity: "error",
      from: { path: "^(src|models)/", pathNot: "^src/cli/bench(_tuner)?\\.ts$" },
      to: { path: "^(test|bench|scripts)/" },
    },
    {
      name: "the-suite-needs-no-tests",
      comment: "`entropic bench` is part of the package, and so is the double precision of src/testing that it checks against.",
      severity: "error",
      from: { path: "^(src/cli/bench(_tuner)?\\.ts$|bench/)", pathNot: "^bench/peers/" },
      to: { path: "^(test|scripts|bench/peers)/" },
    },
    {
      name: "no-cycles",
      comment: "Two files that need each other are one file, or lack a third; types count.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "every-import-resolves",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-development-packages-in-the-package",
      severity: "error",
      from: { path: "^(src|models|bench)/", pathNot: "^bench/peers/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg"], dependencyTypesNot: ["type-only"], pathNot: "@types/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
