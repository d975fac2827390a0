import { openDevice } from "../../src/node/open_device.ts";
import { checkRandomOptions } from "../../test/random_options.ts";

// Trains with random options inside their ranges: node --import tsx scripts/nightly/random_options.ts [RUNS] [SEED]
const [runs = 500, seed = Math.floor(Date.now() / 86_400_000)] = process.argv.slice(2).map(Number);
const device = await openDevice();
const trained = await checkRandomOptions(device, { runs, seed });
console.log(`${trained} of ${runs} runs with random options (seed ${seed}) on ${device.name}: all weights, moments and states finite`);
device.destroy();
