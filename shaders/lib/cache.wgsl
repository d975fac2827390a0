// How a key-value cache keeps an Element: as it is, or (HALF_CACHE, which needs VEC4) as four 16-bit floats in two words. They are
// packed by hand, so that no 16-bit arithmetic is needed of the GPU.
import package::lib::element::Element;
@if(HALF_CACHE) import package::lib::half::{pack_pair, unpack_quad};

@if(HALF_CACHE) alias Cached = vec2u;
@if(!HALF_CACHE) alias Cached = Element;

@if(HALF_CACHE)
fn to_cache(x: Element) -> Cached {
  return vec2u(pack_pair(x.xy), pack_pair(x.zw));
}
@if(!HALF_CACHE) fn to_cache(x: Element) -> Cached { return x; }

@if(HALF_CACHE)
fn from_cache(kept: Cached) -> Element {
  return unpack_quad(kept);
}
@if(!HALF_CACHE) fn from_cache(kept: Cached) -> Element { return kept; }
