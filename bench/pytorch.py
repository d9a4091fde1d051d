"""The training step of the benchmark in PyTorch, on CUDA: torch.nn.RNN with ReLU (cuDNN's kernels) and a linear readout
of the last state, mean squared error, plain SGD; each step draws its batch of the adding problem on the device.

Measured twice: eager, and with a step captured in a CUDA graph. Prints a JSON line for each shape, then a table.

    python3 pytorch.py [--lengths 100,400,750] [--hidden 100] [--batches 32,100] [--seconds 1] [--rounds 9]
"""

import argparse
import json
import statistics
import sys
import time

try:
    import torch
except ImportError as error:
    sys.exit(f"PyTorch cannot be loaded ({error}): its side of the benchmark needs it, with CUDA.")

RATE = 0.01
RECURRENT_BOUND = 0.1  # As for the other libraries: small enough for a loss that stays finite.
WARM_UP_STEPS = 5
MOST_STEPS = 4096


def whole_numbers(minimum, maximum):
    """A parser of whole numbers apart by commas, each from minimum to maximum."""

    def parse(text):
        values = [int(part) if part.isdecimal() else -1 for part in text.split(",")]
        if not all(minimum <= value <= maximum for value in values):
            raise argparse.ArgumentTypeError(
                f'"{text}": it must be whole numbers from {minimum} to {maximum}, apart by commas'
            )
        return values

    return parse


def whole_number(minimum, maximum):
    """A parser of one whole number from minimum to maximum."""

    def parse(text):
        value = int(text) if text.isdecimal() else -1
        if not minimum <= value <= maximum:
            raise argparse.ArgumentTypeError(
                f'"{text}": it must be a whole number from {minimum} to {maximum}'
            )
        return value

    return parse


class Network(torch.nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.rnn = torch.nn.RNN(2, hidden, nonlinearity="relu")
        self.readout = torch.nn.Linear(hidden, 1)
        torch.nn.init.uniform_(self.rnn.weight_hh_l0, -RECURRENT_BOUND, RECURRENT_BOUND)

    def forward(self, inputs):
        states, _ = self.rnn(inputs)  # [length, batch, hidden]
        return self.readout(states[-1])  # [batch, 1]


def draw_batch(length, batch, device):
    """The adding problem (Hochreiter and Schmidhuber 1997): one marker in each half.

    Returns inputs [length, batch, 2] (value, marker) and targets [batch, 1].
    """
    values = torch.rand(length, batch, device=device)
    half = length // 2
    first = torch.randint(0, half, (1, batch), device=device)
    second = torch.randint(half, length, (1, batch), device=device)
    marked = torch.cat([first, second])  # [2, batch]
    markers = torch.zeros(length, batch, device=device).scatter_(0, marked, 1.0)
    targets = values.gather(0, marked).sum(0).unsqueeze(1)
    return torch.stack([values, markers], dim=2), targets


class Eager:
    """A training step as PyTorch runs it, call by call."""

    def __init__(self, length, hidden, batch, device):
        self.shape = (length, batch, device)
        self.network = Network(hidden).to(device)
        self.optimizer = torch.optim.SGD(self.network.parameters(), lr=RATE)

    def step(self):
        inputs, targets = draw_batch(*self.shape)
        # Gradients become None here: in a CUDA graph they then come from the graph's own memory.
        self.optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.mse_loss(self.network(inputs), targets)
        loss.backward()
        self.optimizer.step()
        return loss


class Graph:
    """The same step, captured once in a CUDA graph and replayed: one launch a step."""

    def __init__(self, length, hidden, batch, device):
        self.eager = Eager(length, hidden, batch, device)
        # As PyTorch's notes on CUDA graphs ask: warm up on another stream, so that nothing is set up while capturing.
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UP_STEPS):
                self.eager.step()
        torch.cuda.current_stream().wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.loss = self.eager.step()

    def step(self):
        self.graph.replay()
        return self.loss


def elapsed(trainer, steps):
    """Seconds for some steps with no wait between them, up to the last one's loss."""
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(steps):
        loss = trainer.step()
    value = loss.item()
    seconds = time.perf_counter() - start
    if not value < float("inf"):
        raise RuntimeError(f"the loss is {value}: something else than training was measured")
    return seconds


def steps_for(trainer, seconds):
    """How many steps take about that long."""
    elapsed(trainer, WARM_UP_STEPS)
    steps = 1
    while True:
        took = elapsed(trainer, steps)
        wanted = max(1, min(MOST_STEPS, round(steps * seconds / max(took, 1e-6))))
        if took >= seconds / 2 or steps == MOST_STEPS:
            return wanted
        steps = min(MOST_STEPS, max(2 * steps, min(wanted, 8 * steps)))


def measure(length, hidden, batch, seconds, rounds, device):
    """Median milliseconds of a step, eager and as a graph, measured in turns."""
    trainers = {kind.__name__.lower(): kind(length, hidden, batch, device) for kind in (Eager, Graph)}
    steps = {name: steps_for(trainer, seconds) for name, trainer in trainers.items()}
    times = {name: [] for name in trainers}
    for index in range(rounds):
        # Who goes first alternates, so that a drift of the machine favours nobody.
        for name in sorted(trainers, reverse=index % 2 == 1):
            times[name].append(1000 * elapsed(trainers[name], steps[name]) / steps[name])
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--lengths", type=whole_numbers(4, 1000), default=[100, 400, 750])
    parser.add_argument("--hidden", type=whole_number(4, 256), default=100)
    parser.add_argument("--batches", type=whole_numbers(1, 256), default=[32, 100])
    parser.add_argument("--seconds", type=whole_number(1, 600), default=1, help="of a measurement")
    parser.add_argument("--rounds", type=whole_number(1, 1000), default=9)
    options = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("PyTorch finds no CUDA device: its side of the benchmark needs one.")

    device = torch.device("cuda")
    # Full float32 products, as in the engines that this is compared with.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.manual_seed(1)

    rows = []
    for length in options.lengths:
        for batch in options.batches:
            times = measure(length, options.hidden, batch, options.seconds, options.rounds, device)
            rows.append((length, batch, times))
            line = {"length": length, "hidden": options.hidden, "batch": batch, "msPerStep": times}
            print(json.dumps(line), flush=True)

    print(
        f"\nPyTorch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, "
        f"{torch.cuda.get_device_name(device)}; hidden {options.hidden}, float32, medians of {options.rounds} rounds; "
        "ms per training step.\n"
    )
    print("| length | batch | eager | CUDA graph |\n| ---: | ---: | ---: | ---: |")
    for length, batch, times in rows:
        print(f"| {length} | {batch} | {times['eager']:.3g} | {times['graph']:.3g} |")


if __name__ == "__main__":
    main()
