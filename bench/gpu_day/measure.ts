/** Measures one thing on this machine's GPU and prints it as JSON. run.ts calls it, each time in a process of its own. */
import { parseArgs } from "node:util";
import { openDevice } from "../../src/node/open_device.ts";
import { runCases } from "../harness.ts";
import { timeDecoding } from "./decode.ts";
import { squareProducts } from "./matmul_share.ts";
import { profileTraining } from "./profile.ts";
import { miniature, SHAPES, type Shape } from "./shapes.ts";

const USAGE = `usage: node --import tsx bench/gpu_day/measure.ts WHAT [SHAPE] [options]
  WHAT             profile SHAPE: a training step; decode SHAPE: a token of 1 to 256 sequences; matmul: square products
  SHAPE            ${SHAPES.map(({ name }) => name).join(", ")}
  --adapter NAME   as ENTROPIC_ADAPTER: auto, hardware, software, or a part of a name
  --dry-run        tiny models and products, for a software GPU
example: node --import tsx bench/gpu_day/measure.ts profile S --adapter lavapipe
`;

function shapeOf(name: string | undefined, dry: boolean): Shape {
  const shape = SHAPES.find((each) => each.name === name);
  if (!shape) throw new Error(`the shape is ${name}; it must be one of ${SHAPES.map((each) => each.name).join(", ")}`);
  return dry ? miniature(shape) : shape;
}

async function measure(what: string | undefined, shape: string | undefined, adapter: string | undefined, dry: boolean): Promise<unknown> {
  const device = await openDevice({ adapter, timestamps: true });
  if (what === "profile") return profileTraining(device, shapeOf(shape, dry));
  if (what === "decode") {
    const options = dry
      ? { sequences: [1, 8], topP: [1, 0.9], newTokens: 5 }
      : { sequences: [1, 8, 64, 256], topP: [1, 0.9], newTokens: 33 };
    return timeDecoding(device, shapeOf(shape, dry), options);
  }
  if (what === "matmul") return runCases(device, squareProducts(device, dry ? [64] : [512, 1024, 2048, 4096]), { seconds: dry ? 0.02 : 1 });
  throw new Error(`what to measure is ${what}; it must be profile, decode or matmul`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { adapter: { type: "string" }, "dry-run": { type: "boolean" }, help: { type: "boolean" } },
});
if (values.help) process.stdout.write(USAGE);
else {
  try {
    const [what, shape] = positionals;
    const result = await measure(what, shape, values.adapter, values["dry-run"] === true);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message.split("\n")[0]}\n`);
    process.exitCode = 1;
  }
}
