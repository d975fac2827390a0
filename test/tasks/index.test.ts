import assert from "node:assert/strict";
import { test } from "node:test";
import { createTask, taskFactory, tasks } from "../../src/tasks/index.ts";

test("a task is made from its name and options", () => {
  const task = createTask({ name: "countdown", numbers: 2 });
  assert.equal(task.name, "countdown");
  assert.equal(task.maxCompletionLength, 4);
  assert.equal(createTask({ name: "addition" }).maxPromptLength, 6);
  assert.deepEqual(taskFactory("countdown").options.parse({}), {
    numbers: 3,
    max: 9,
    largestAtLeast: 1,
    heldOut: 256,
    partialCredit: 0,
    tagBy: null,
    plusShare: null,
  });
});

test("an unknown name lists the known ones and the nearest", () => {
  assert.throws(() => createTask({ name: "cuontdown" }), {
    message: `task.name is "cuontdown"; it must be one of ${Object.keys(tasks).join(", ")}; did you mean countdown?`,
  });
  assert.throws(() => createTask({ name: "additon" }), /did you mean addition\?/);
  assert.throws(() => createTask({ name: "toString" }), /it must be one of/);
});

test("a wrong option is named with its value and what is allowed", () => {
  assert.throws(() => createTask({ name: "countdown", numbers: 7 }), /task\.numbers is 7; it must be a whole number from 2 to 4/);
  assert.throws(() => createTask({ name: "countdown", max: "9" }), /task\.max is "9"; it must be a whole number from 1 to 9/);
  assert.throws(() => createTask({ name: "countdown", number: 3 }), /task\.number is not a known key; did you mean numbers\?/);
});
