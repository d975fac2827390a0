/**
 * Imported by tests of kernels that only GPUs take. lavapipe computes four values at a time for them and not eight, as it always does on
 * processors without AVX, because the time that LLVM compiles a kernel with barriers grows faster than the kernel: attention by tiles takes 5 s
 * and not 20.
 */
process.env.LP_NATIVE_VECTOR_WIDTH ??= "128";

export {};
