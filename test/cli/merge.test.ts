import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadModel, saveModel } from "../../src/node/load_model.ts";
import { entropic, refusal } from "../cli_command.ts";
import { sharedDevice } from "../shared_device.ts";
import { smallModel } from "../small_policy.ts";

const device = await sharedDevice();
const folder = mkdtempSync(join(tmpdir(), "entropic-merge-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const [base, adapter] = [join(folder, "base"), join(folder, "run/adapter")];
const small = await smallModel(device);
await saveModel(base, small);
const adapted = await loadModel(device, base, { lora: { rank: 2 } });
await saveModel(adapter, adapted);
for (const model of [small, adapted]) model.destroy();

test("a folder that merge would replace while it reads it is refused, and stays", async () => {
  const before = readFileSync(join(adapter, "adapter_model.safetensors"), "base64");
  for (const [out, source] of [
    [adapter, adapter],
    [join(folder, "run"), adapter],
    [`${base}/../base`, base],
  ] as const) {
    const { status, errors } = await refusal("merge", "--model", adapter, "--out", out);
    assert.deepEqual([status, errors.length], [2, 1], errors.join());
    assert.match(errors[0]!, /--out .* would replace .*, which is merged; choose another folder$/);
    assert.ok(existsSync(source));
  }
  assert.equal(readFileSync(join(adapter, "adapter_model.safetensors"), "base64"), before);
  const merged = entropic("merge", "--model", adapter, "--out", join(folder, "merged"));
  assert.equal(merged.status, 0, merged.stderr);
  assert.ok(existsSync(join(folder, "merged/model.safetensors")));
});

test("export replaces a GGUF file, and no file of another kind", async () => {
  const weights = join(folder, "weights");
  cpSync(base, weights, { recursive: true });
  const before = readFileSync(join(weights, "model.safetensors"), "base64");
  const { errors } = await refusal("export", "--model", weights, "--gguf", join(weights, "model.safetensors"));
  assert.match(errors.join(), /model\.safetensors exists and is no GGUF file; choose another name, or remove it/);
  assert.equal(readFileSync(join(weights, "model.safetensors"), "base64"), before);
});
