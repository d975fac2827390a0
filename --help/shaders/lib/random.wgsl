// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four independent words from a counter and a key,
// without any state, so that a random number depends on what it is for and not on when it was drawn.
fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round += 1u) {
    let high_0 = multiply_high(0xd2511f53u, c.x);
    let high_1 = multiply_high(0xcd9e8d57u, c.z);
    c = vec4u(high_1 ^ c.y ^ k.x, 0xcd9e8d57u * c.z, high_0 ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// The upper 32 bits of a 64-bit product.
fn multiply_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu;
  let a1 = a >> 16u;
  let b0 = b & 0xffffu;
  let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let carry = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (carry >> 16u);
}

// Standard Gumbel variates -log(-log(1 - u)). u keeps all 32 bits where it is small, and -log(1 - u) is a series there, because the
// upper tail, which decides the argmax, comes from small u.
fn gumbel(bits: vec4u) -> vec4f {
  let u = min((vec4f(bits) + 0.5) * 0x1p-32f, vec4f(0.99999994));
  let series = u * (1.0 + u * (0.5 + u * (1.0 / 3.0 + u * (0.25 + u * 0.2))));
  return -log(select(-log(1.0 - u), series, u < vec4f(0.03125)));
}
