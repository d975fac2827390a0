import assert from "node:assert/strict";
import { test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { openDevice } from "../../src/node/open_device.ts";
import { type Completion, createSampler } from "../../src/policy/sampler.ts";
import { isSlowAdapter } from "../slow_adapter.ts";
import { smallModel } from "../small_policy.ts";

const LIMIT = 30;
const prompts = Array.from({ length: 5 }, (_, key) => ({ ids: [1, 2, 3, 4].slice(key % 3), key: key * 77 }));

/** Writes down what is submitted, and when a read back has arrived. */
function watched(device: Device): string[] {
  const events: string[] = [];
  const { submitted, wait } = device.flight;
  Object.assign(device, {
    flight: {
      submitted: (label: string) => {
        // A submission may come in several slices.
        const name = label.replace(/,.*/, "");
        if (events.at(-1) !== name) events.push(name);
        return submitted(label);
      },
      wait: async <Result>(what: string, promise: Promise<Result>) => {
        const result = await wait(what, promise);
        if (what === "a read back") events.push("arrived");
        return result;
      },
    },
  });
  return events;
}

const drawn = ({ ids, finishReason }: Completion) => ({ ids, finishReason });

for (const kernels of ["hardware", "software"] as const) {
  const skip = kernels === "hardware" && isSlowAdapter && "the order is the same on any adapter with kernels of GPUs";
  test(`a prompt that leaves less room than others costs them nothing (${kernels})`, { skip }, async () => {
    const device = await openDevice({ kernels, tune: false });
    const model = await smallModel(device, { max_position_embeddings: 34 });
    const lengths = [1, 33, 5, 20, 33, 2, 12, 3];
    const mixed = lengths.map((length, key) => ({ ids: Array.from({ length }, (_, i) => 1 + ((i * 7 + key) % 9)), key }));
    const complete = async (
      given: typeof mixed,
      sequences: number,
      sizes: object,
      stopTokens: readonly number[],
    ): Promise<Completion[]> => {
      const sampling = { temperature: 1, topK: 0, topP: 1 };
      const rows = { sequences, promptRows: 40 * sequences, maxNewTokens: LIMIT, ...sizes, maxLength: 34 };
      const sampler = await createSampler({ device, model: model.module, ...rows, sampling, stopTokens });
      const completions = await sampler.generate(given, 5);
      sampler.destroy();
      return completions;
    };
    for (const stopTokens of [[], [3]]) {
      const alone: Completion[] = [];
      for (const one of mixed) {
        const maxNewTokens = Math.min(LIMIT, 34 - one.ids.length);
        alone.push(...(await complete([one], 1, { maxNewTokens }, stopTokens)));
      }
      const counts = alone.map(({ ids }) => ids.length);
      if (stopTokens.length === 0) assert.deepEqual(counts, [30, 1, 29, 14, 1, 30, 22, 30]);
      for (const sequences of [3, 8]) {
        const together = await complete(mixed, sequences, { longestPrompt: 33 }, stopTokens);
        assert.deepEqual(together.map(drawn), alone.map(drawn));
        // The kernels for GPUs take other products for plans of other sizes, whose last bits differ.
        if (kernels === "software") assert.deepEqual(together, alone);
      }
    }
    model.destroy();
    device.destroy();
  });
}

const WAYS = {
  hardware: "a GPU is given the next decode steps before the last are read",
  software: "a software adapter is given the next decode steps after the last are read",
};

for (const kernels of ["hardware", "software"] as const) {
  const skip = kernels === "hardware" && isSlowAdapter && "the order is the same on any adapter with kernels of GPUs";
  test(`${WAYS[kernels]}; completions stay what they are`, { skip }, async () => {
    const device = await openDevice({ kernels, tune: false });
    const model = await smallModel(device, { max_position_embeddings: 64 });
    const complete = async (sequences: number, stopTokens: readonly number[]): Promise<Completion[]> => {
      const sampling = { temperature: 1, topK: 0, topP: 1 };
      const rows = { sequences, promptRows: 4 * sequences, maxLength: 4 + LIMIT, maxNewTokens: LIMIT };
      const sampler = await createSampler({ device, model: model.module, ...rows, sampling, stopTokens });
      const completions = await sampler.generate(prompts, 5);
      sampler.destroy();
      return completions;
    };
    assert.deepEqual(await complete(5, [3]), await complete(2, [3]));
    const events = watched(device);
    const all = await complete(5, []);
    assert.ok(all.every(({ ids }) => ids.length === LIMIT));
    const chunk = ["decode", "read back"];
    if (kernels === "software") {
      assert.deepEqual(events, ["prefill", ...chunk, "arrived", ...chunk, "arrived"]);
    } else {
      assert.deepEqual(events.slice(0, 6), ["prefill", ...chunk, ...chunk, "arrived"]);
      // What is read back may arrive together.
      const count = (name: string, of = events): number => of.filter((event) => event === name).length;
      const unread = events.map((_, i) => count("decode", events.slice(0, i + 1)) - count("arrived", events.slice(0, i + 1)));
      assert.deepEqual([count("decode"), count("read back"), count("arrived"), Math.max(...unread)], [4, 4, 4, 2], events.join(" "));
    }
    model.destroy();
    device.destroy();
  });
}
