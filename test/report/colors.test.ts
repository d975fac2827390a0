import assert from "node:assert/strict";
import { test } from "node:test";
import { wantsColors } from "../../src/report/colors.ts";

test("a terminal has colours, and a file has none, whatever the platform", () => {
  assert.ok(wantsColors({}, true));
  assert.ok(wantsColors({ TERM: "xterm-256color" }, true));
  assert.ok(!wantsColors({}, false));
  assert.ok(!wantsColors({ TERM: "dumb" }, true));
});

test("NO_COLOR and FORCE_COLOR decide, in this order", () => {
  assert.ok(!wantsColors({ NO_COLOR: "1" }, true));
  assert.ok(!wantsColors({ NO_COLOR: "1", FORCE_COLOR: "1" }, true));
  assert.ok(wantsColors({ NO_COLOR: "" }, true));
  assert.ok(wantsColors({ FORCE_COLOR: "1" }, false));
  assert.ok(!wantsColors({ FORCE_COLOR: "0" }, true));
});
