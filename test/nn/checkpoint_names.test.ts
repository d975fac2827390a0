import assert from "node:assert/strict";
import { test } from "node:test";
import { matchNames } from "../../src/nn/checkpoint_names.ts";

const pieces = [
  { name: "model.embed_tokens.weight", shape: [7, 4] },
  { name: "model.norm.weight", shape: [4] },
];
const stored = { "model.embed_tokens.weight": [7, 4], "model.norm.weight": [4] };

function match(shapes: Readonly<Record<string, readonly number[]>>, head: string | undefined = "model.embed_tokens.weight") {
  return matchNames(pieces, new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }])), "DIR", head);
}

test("names that fit, and those of a base model, are found", () => {
  const own = new Map(pieces.map(({ name }) => [name, name]));
  assert.deepEqual(match(stored), { sources: own, copies: [] });
  const short = match({ "embed_tokens.weight": [7, 4], "norm.weight": [4], "layers.3.self_attn.rotary_emb.inv_freq": [2] });
  assert.deepEqual(short, { sources: new Map(pieces.map(({ name }) => [name, name.replace("model.", "")])), copies: [] });
});

test("a tied head is a copy of the embedding, by the names that the checkpoint gives both", () => {
  assert.deepEqual(match({ ...stored, "lm_head.weight": [7, 4] }).copies, [
    { copy: "lm_head.weight", original: "model.embed_tokens.weight" },
  ]);
  assert.deepEqual(match({ "embed_tokens.weight": [7, 4], "norm.weight": [4], "lm_head.weight": [7, 4] }).copies, [
    { copy: "lm_head.weight", original: "embed_tokens.weight" },
  ]);
});

test("a tied head that is stored without the embedding stands for it", () => {
  const { sources, copies } = match({ "model.norm.weight": [4], "lm_head.weight": [7, 4] });
  assert.equal(sources.get("model.embed_tokens.weight"), "lm_head.weight");
  assert.deepEqual(copies, []);
});

const refused: [shapes: Readonly<Record<string, readonly number[]>>, expected: RegExp][] = [
  [{ "model.norm.weight": [4] }, /DIR lacks tensor model\.embed_tokens\.weight \[7, 4\]; it holds model\.norm\.weight/],
  [{ ...stored, "model.norm.weight": [5] }, /DIR: tensor model\.norm\.weight is \[5\]; this model needs \[4\]/],
  [{ "embed_tokens.weight": [7, 5], "norm.weight": [4] }, /tensor embed_tokens\.weight is \[7,5\]; this model needs \[7, 4\]/],
  [{ ...stored, "lm_head.weight": [8, 4] }, /tensor lm_head\.weight is \[8,4\]; this model needs \[7, 4\]/],
  [{ "model.norm.weight": [4], "lm_head.weight": [8, 4] }, /tensor lm_head\.weight is \[8,4\]; this model needs \[7, 4\]/],
  [{ ...stored, "norm.weight": [4] }, /holds tensor norm\.weight \[4\], which this model does not use/],
  [{ ...stored, "score.weight": [2, 4] }, /holds tensor score\.weight \[2,4\], which this model does not use/],
  [{ ...stored, "model.norm.bias": [4], "v_head.bias": [1] }, /tensor model\.norm\.bias \[4\], .* does not use \(nor v_head\.bias\)/],
  [{ ...stored, "model.layers.0.attn.bias": [4] }, /holds tensor model\.layers\.0\.attn\.bias/],
];

for (const [shapes, expected] of refused) {
  test(`tensors ${Object.keys(shapes).join(", ")} are refused by name`, () =>
    assert.throws(
      () => match(shapes),
      (error: Error) => {
        assert.match(error.message, expected);
        assert.ok(!error.message.includes("\n") && error.message.length < 500, error.message);
        return error.name === "EngineError";
      },
    ));
}

test("a model without a head of that kind uses no lm_head.weight", () =>
  assert.throws(
    () =>
      matchNames(
        pieces,
        new Map(Object.entries({ ...stored, "lm_head.weight": [7, 4] }).map(([name, shape]) => [name, { shape }])),
        "DIR",
        undefined,
      ),
    /lm_head\.weight/,
  ));
