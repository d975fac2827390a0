import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeSafetensors } from "../../src/io/safetensors.ts";
import { loadModel, saveModel } from "../../src/node/load_model.ts";
import { openDevice } from "../../src/node/open_device.ts";

const device = await openDevice();
after(() => device.destroy());
const folder = await mkdtemp(join(tmpdir(), "load-model-"));
after(() => rm(folder, { recursive: true }));
const SHIPPED = fileURLToPath(new URL("../../models/checkpoints/countdown-base", import.meta.url));

test("only a bare name, or its path in the package, means a checkpoint of the package", async () => {
  const home = process.cwd();
  process.chdir(folder);
  try {
    for (const name of ["countdown-base", "models/checkpoints/countdown-base", "./models/checkpoints/countdown-base/"]) {
      (await loadModel(device, name)).destroy();
    }
    const others = [
      "no/such/place/countdown-base",
      "/countdown-base",
      "/models/checkpoints/countdown-base",
      "../countdown-base",
      "checkpoints/countdown-base",
    ];
    for (const name of [...others, "countdown-base/step-000060", "countdown", "", "."]) {
      await assert.rejects(loadModel(device, name), { name: "FileError" }, name);
    }
  } finally {
    process.chdir(home);
  }
});

test("a saved model is loaded only as it was written, until its state.json is deleted; a failure leaves no memory behind", async () => {
  const dir = join(folder, "saved");
  const model = await loadModel(device, SHIPPED);
  await saveModel(dir, model);
  model.destroy();
  const before = device.stats.bytesAllocated;
  (await loadModel(device, dir)).destroy();
  const config = join(dir, "config.json");
  await writeFile(config, `${await readFile(config, "utf8")}\n`);
  await assert.rejects(loadModel(device, dir), /config\.json is damaged: .* if the change was meant, delete the folder's state\.json/);
  await rm(join(dir, "state.json"));
  (await loadModel(device, dir)).destroy();
  const short = join(folder, "short");
  await cp(SHIPPED, short, { recursive: true });
  await writeSafetensors(join(short, "model.safetensors"), new Map());
  await assert.rejects(loadModel(device, short), /lacks tensor/);
  assert.equal(device.stats.bytesAllocated, before);
});
