/**
 * V8 optimises a function once it has run for so many bytes of code, on a thread of its own. Most processes that tests start end before this
 * pays: two steps of the quickstart take a fifth less processor time so. scripts/test.ts has every process load this. Node.js 20 alone has
 * the option.
 */
if (process.versions.node.startsWith("20.")) require("node:v8").setFlagsFromString("--interrupt-budget=500000");
