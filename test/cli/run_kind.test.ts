import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../../src/cli/errors.ts";
import { PROGRAM } from "../../src/cli/options.ts";
import { occupiedRemedy, requireKind, resumableKind } from "../../src/cli/run_kind.ts";

const train = { model: "m", task: {}, grpo: {}, entropy: {} };
const sft = { model: { model_type: "llama" }, task: {}, sft: {} };
const cell = { cell: "seed-0/grpo", grpo: {} };

const refused = (check: () => void, pattern: RegExp): void =>
  assert.throws(check, (error) => error instanceof UsageError && !error.message.includes("\n") && pattern.test(error.message));

test("a configuration of another command is refused in one line with its own command", () => {
  refused(() => requireKind(sft, "countdown_sft", "train"), /^countdown_sft is a configuration of sft; run it with: .* sft countdown_sft$/);
  refused(() => requireKind(train, "maze", "sft"), /^maze is a configuration of train; run it with: .* train maze$/);
  refused(() => requireKind({ ...sft, lora: {} }, "mine", "train"), /^mine is a configuration of sft/);
  refused(() => requireKind(cell, "config.yaml", "train"), /describes a run of a study, which train cannot read; .* experiment NAME$/);
  for (const value of [train, { model: "m", task: {} }, { ...train, sft: {} }, undefined, []]) requireKind(value, "x", "train");
  requireKind(sft, "x", "sft");
});

test("runs of train and of sft can be resumed, and what cannot says what to do instead", () => {
  assert.equal(resumableKind(train, "runs/a"), "train");
  assert.equal(resumableKind({ model: "m", task: {} }, "runs/a"), "train", "which then says what is missing");
  assert.equal(resumableKind(sft, "runs/warm"), "sft");
  assert.equal(resumableKind({ ...sft, lora: {} }, "runs/warm"), "sft");
  refused(() => resumableKind(cell, "runs/cell"), /runs\/cell holds a run of a study; .* experiment NAME$/);
});

test("a folder that holds a run is continued only where that works", () => {
  const yaml = "model: m\ngrpo: { steps: 1 }\n";
  const again = `or continue it with: ${PROGRAM} resume runs/a`;
  assert.equal(occupiedRemedy("train", "runs/a", yaml), `choose another output.dir, pass --overwrite, ${again}`);
  assert.equal(occupiedRemedy("train", "runs/a", "sft: { steps: 1 }\n"), "choose another output.dir, or pass --overwrite");
  assert.equal(occupiedRemedy("sft", "runs/a", yaml), "choose another output.dir, or pass --overwrite");
  assert.equal(occupiedRemedy("sft", "runs/a", "sft: { steps: 1 }\n"), `choose another output.dir, pass --overwrite, ${again}`);
  assert.equal(occupiedRemedy("train", "runs/a", "{"), "choose another output.dir, or pass --overwrite");
});

test("under npm start --overwrite stands behind --", (context) => {
  const { npm_lifecycle_event: before } = process.env;
  context.after(() => {
    if (before === undefined) delete process.env.npm_lifecycle_event;
    else process.env.npm_lifecycle_event = before;
  });
  process.env.npm_lifecycle_event = "start";
  assert.match(occupiedRemedy("train", "runs/a", "grpo: {}"), /replace it with: npm start -- --overwrite, or continue/);
});
