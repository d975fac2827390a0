import type { BenchCase } from "../harness.ts";
import { adapterCases } from "./adapters.ts";
import { attentionCases } from "./attention.ts";
import { convolutionCases } from "./convolution.ts";
import { elementwiseCases } from "./elementwise.ts";
import { embeddingCases } from "./embedding.ts";
import { headCases } from "./heads.ts";
import { matmulCases } from "./matmul.ts";
import { normCases } from "./norms.ts";
import { optimizerCases } from "./optimizer.ts";
import { policyCases } from "./policy.ts";
import { samplingCases, vocabularyCases } from "./vocabulary.ts";

/** Cases of ops by family. test/bench/suite.test.ts asks for one of every op. */
export const caseFamilies: Readonly<Record<string, readonly BenchCase[]>> = {
  matmul: matmulCases,
  attention: attentionCases,
  heads: headCases,
  norms: normCases,
  convolution: convolutionCases,
  elementwise: elementwiseCases,
  adapters: adapterCases,
  embedding: embeddingCases,
  vocabulary: vocabularyCases,
  policy: policyCases,
  sampling: samplingCases,
  optimizer: optimizerCases,
};
