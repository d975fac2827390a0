import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModel } from "../../src/node/load_model.ts";
import { unusedDevice } from "../unused_device.ts";

const refused = (name: string, message: RegExp): Promise<void> =>
  // A name is refused before the device is used.
  assert.rejects(loadModel(unusedDevice, name), (error: Error) => error.name === "FileError" && message.test(error.message));

test("a mistyped name of a shipped model is answered with the name that is near, and any other is not", async () => {
  const meant = /^there is no model "[\w/-]+"; did you mean countdown-base\? Other models are .* owner\/name\.$/;
  for (const name of ["countdown-bas", "countdwon-base", "countdown", "models/checkpoints/countdown-bas"]) await refused(name, meant);
  await refused("my-model", /^Model folder "my-model" does not exist; give a folder/);
  await refused("./countdown-bas", /^Model folder ".*countdown-bas" does not exist; give a folder/);
});
