import { type Command, Option } from "commander";
import { EXPORT_TYPES, type GgufTensorType } from "../io/gguf/tensor_types.ts";
import { exportGguf } from "../node/export_gguf.ts";
import { addAdapterOption, addExamples, addLoraOption } from "./options.ts";
import { fromUser, openNamedDevice, requireWritable } from "./user_input.ts";

interface ExportOptions {
  adapter: string;
  model: string;
  lora?: string;
  gguf: string;
  type: GgufTensorType;
}

export function register(command: Command): void {
  const types = new Option("--type <type>", "type of the matrices; q8_0 has 8 bits and a scale for every 32 numbers");
  command
    .requiredOption("--model <dir>", "folder or name of the model, or folder of an adapter that names its base")
    .requiredOption("--gguf <file>", "file to write")
    .addOption(types.choices(EXPORT_TYPES).default("f16"))
    .action(exportModel);
  addLoraOption(command);
  addAdapterOption(command);
  addExamples(command, [
    ["export --model countdown-base --gguf countdown.gguf", "writes a file for llama.cpp, Ollama and wllama"],
    [
      "export --model runs/lora/checkpoints/step-000060 --gguf lora.gguf --type q8_0",
      "adds an adapter to its base first, and writes 8 bits",
    ],
  ]);
}

/** Writes a model as one GGUF file. A GPU is opened only to add an adapter to its base. */
async function exportModel({ adapter, model, lora, gguf, type }: ExportOptions): Promise<void> {
  await requireWritable("--gguf", gguf);
  const options = { type, adapter: lora, openDevice: () => openNamedDevice({ adapter }) };
  const file = await fromUser(() => exportGguf(gguf, model, options));
  process.stdout.write(`${gguf}: ${model} as ${file.architecture}, ${file.tensors} tensors, ${file.type}, ${file.bytes} bytes\n`);
}
