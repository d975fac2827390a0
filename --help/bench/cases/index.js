import { attentionCases } from "./attention.js";
import { elementwiseCases } from "./elementwise.js";
import { embeddingCases } from "./embedding.js";
import { headCases } from "./heads.js";
import { matmulCases } from "./matmul.js";
import { normCases } from "./norms.js";
import { optimizerCases } from "./optimizer.js";
import { policyCases } from "./policy.js";
import { samplingCases, vocabularyCases } from "./vocabulary.js";
/** Cases of ops by family. test/bench/suite.test.ts asks for one of every op. */
export const caseFamilies = {
    matmul: matmulCases,
    attention: attentionCases,
    heads: headCases,
    norms: normCases,
    elementwise: elementwiseCases,
    embedding: embeddingCases,
    vocabulary: vocabularyCases,
    policy: policyCases,
    sampling: samplingCases,
    optimizer: optimizerCases,
};
