/**
 * Imported by tests of kernels that only GPUs take. lavapipe computes four values at a time for them and not eight, as it always does on
 * processors without AVX, because the time that LLVM compiles a kernel with barriers grows with the square of what it makes of it: attention by
 * tiles takes 5 s and not 20.
 */
process.env.LP_NATIVE_VECTOR_WIDTH ??= "128";
