"""PyTorch, on the CPU or on CUDA. Arguments: FOLDER STEPS SECONDS BACKEND, which is cpu, cuda or cuda-tf32. Prints one line of JSON, as peer.ts describes it."""

import json
import math
import os
import sys
import time

# Exit code that tells run.ts to leave this peer out, with the reason on stderr.
NOT_HERE = 3

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print(f"{sys.executable} has no torch", file=sys.stderr)
    sys.exit(NOT_HERE)


def read_arrays(folder, index, device):
    arrays = {}
    for entry in index["arrays"]:
        dtype = {"float32": torch.float32, "int32": torch.int32}[entry["dtype"]]
        with open(os.path.join(folder, entry["file"]), "rb") as file:
            flat = torch.frombuffer(bytearray(file.read()), dtype=dtype)
        arrays[entry["name"]] = flat.reshape(entry["shape"]).to(device)
    return arrays


def attend(query, key, value):
    """Causal attention over [B, H, T, D]. PyTorch before 2.0 has no public function for it."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(query, key, value, is_causal=True)
    length = query.shape[2]
    hidden = torch.ones(length, length, dtype=torch.bool, device=query.device).triu(1)
    scores = (query @ key.transpose(2, 3)) / math.sqrt(query.shape[3])
    return scores.masked_fill(hidden, -math.inf).softmax(-1) @ value


def loss_of(arrays, workload, epsilon, tokens, targets):
    width, heads = workload["width"], workload["heads"]
    batch, length = tokens.shape

    def norm(x, name):
        return F.layer_norm(x, (width,), arrays[f"{name}.weight"], arrays[f"{name}.bias"], epsilon)

    def linear(x, name):
        return torch.addmm(arrays[f"{name}.bias"], x, arrays[f"{name}.weight"])

    def by_head(x):
        return x.reshape(batch, length, heads, width // heads).transpose(1, 2)

    x = arrays["transformer.wte.weight"][tokens] + arrays["transformer.wpe.weight"]
    x = x.reshape(batch * length, width)
    for i in range(workload["layers"]):
        block = f"transformer.h.{i}"
        parts = linear(norm(x, f"{block}.ln_1"), f"{block}.attn.c_attn").split(width, dim=1)
        attended = attend(*(by_head(part) for part in parts)).transpose(1, 2).reshape(batch * length, width)
        x = x + linear(attended, f"{block}.attn.c_proj")
        hidden = F.gelu(linear(norm(x, f"{block}.ln_2"), f"{block}.mlp.c_fc"), approximate="tanh")
        x = x + linear(hidden, f"{block}.mlp.c_proj")
    logits = norm(x, "transformer.ln_f") @ arrays["lm_head.weight"].T
    return F.cross_entropy(logits, targets.reshape(-1))


def transformer_step(index, arrays, device):
    workload, settings = index["workload"], index["optimizer"]
    data = arrays.pop("tokens").long()
    parameters = [array.requires_grad_() for array in arrays.values()]
    optimizer = torch.optim.AdamW(
        parameters,
        lr=settings["learningRate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"],
        weight_decay=settings["weightDecay"],
        # On CUDA this is one kernel for all parameters, if this version of PyTorch has it.
        **({"fused": True} if device == "cuda" and int(torch.__version__.split(".")[0]) >= 2 else {}),
    )

    def step(i):
        batch = data[i % index["batches"]]
        loss = loss_of(arrays, workload, index["layerNormEpsilon"], batch[:, :-1], batch[:, 1:])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def checksums(product, count):
    """The same numbers as `checksums` in peer.ts computes."""
    flat = product.reshape(-1).double().cpu()
    weights = torch.arange(flat.numel()) % 13 + 1
    return (flat**2 * weights).reshape(count, -1).mean(1).tolist()


def blas():
    """Which BLAS this PyTorch multiplies with: an order of magnitude may depend on it. "" where that cannot be told."""
    if torch.backends.mkl.is_available():
        return "MKL"
    try:
        with open("/proc/self/maps", encoding="utf8") as file:
            paths = {line.split()[-1] for line in file if "libblas" in line or "openblas" in line}
    except OSError:
        return ""
    if not paths:
        return ""
    return "OpenBLAS" if any("openblas" in path for path in paths) else "reference BLAS"


# Milliseconds of warm-up, of steps that count, and of the products of a sample one by one: a GPU that was idle has low clocks. As in peer.ts.
CUDA_PACE = {"warm_up": 500, "counted": 2000, "sample": 16}
CPU_PACE = {"warm_up": 0, "counted": 0, "sample": 0}

# Libraries compile in the first step, and some again in the second.
LEAST_WARM_UP = 2
MOST_PRODUCTS = 1024


def measure(step, steps, least, seconds, pace, is_product, wait, cores, now=time.perf_counter):
    """Runs steps until there are enough of them and of their time, as `time` in peer.ts does."""
    losses, milliseconds, processor = [], [], []
    counts = {}
    products = 1
    begin = now()
    warm = None
    i = 0
    while True:
        start, start_processor = now(), time.process_time()
        if warm is None and i >= LEAST_WARM_UP and (start - begin) * 1e3 >= pace["warm_up"]:
            warm = start
            counts["warmUp"] = i
            if is_product:
                products = max(1, min(MOST_PRODUCTS, math.ceil(pace["sample"] / max(milliseconds[-1], 1e-3))))
        enough = i >= steps and warm is not None and (start - warm) * 1e3 >= pace["counted"]
        if i >= least and (enough or start - begin > seconds):
            break
        for _ in range(products):
            loss = step(i)
        wait()
        milliseconds.append((now() - start) * 1e3 / products)
        processor.append((time.process_time() - start_processor) * 1e3 / cores / products)
        if loss is not None:
            losses.append(loss)
        i += 1
    if products > 1:
        counts["products"] = products
    return {"losses": losses, "milliseconds": milliseconds, "processorMilliseconds": processor, **counts}


def main():
    folder, steps, seconds, backend = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
    # TF32 rounds the operands of products to 11 bits on CUDA, which is faster.
    tf32 = backend == "cuda-tf32"
    backend = "cuda" if tf32 else backend
    if backend == "cuda" and not torch.cuda.is_available():
        print(f"torch {torch.__version__} has no CUDA here", file=sys.stderr)
        sys.exit(NOT_HERE)
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    torch.set_num_threads(cores)
    with open(os.path.join(folder, "index.json"), encoding="utf8") as file:
        index = json.load(file)
    arrays = read_arrays(folder, index, backend)
    results = {}
    if index["workload"]["kind"] == "matmul":

        def step(_):
            results["product"] = arrays["a"] @ arrays["b"]

    else:
        step = transformer_step(index, arrays, backend)

    is_cuda = backend == "cuda"
    times = measure(
        step,
        steps=max(steps, index["batches"]),
        least=index["batches"],
        seconds=seconds,
        pace=CUDA_PACE if is_cuda else CPU_PACE,
        is_product=index["workload"]["kind"] == "matmul",
        wait=torch.cuda.synchronize if is_cuda else lambda: None,
        cores=cores,
    )
    losses = checksums(results["product"], index["batches"]) if results else times.pop("losses")[: index["batches"]]
    report = {
        "peer": "PyTorch",
        "version": torch.__version__,
        "backend": " ".join(filter(None, [backend, blas() if backend == "cpu" else "", "TF32" if tf32 else ""])),
        "adapter": torch.cuda.get_device_name() if backend == "cuda" else "CPU",
        "workload": index["workload"]["name"],
        **times,
        "losses": losses,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
