import { describe, expect, test } from 'vitest';
import { STREAM } from '../../src/experiment/philox.ts';
import {
  type BatchRequest,
  type ImageData,
  TASK_NAMES,
  TASKS,
  type Task,
  type TextData,
} from '../../src/experiment/tasks/index.ts';
import { readingOrder } from '../../src/experiment/tasks/mnist.ts';
import { wordsReference } from './philoxReference.ts';
import { uniforms } from './support.ts';

const request: BatchRequest = {
  seed: 3,
  stream: STREAM.trainingBatch,
  step: 17,
  batch: 4,
  firstSequence: 0,
  length: 20,
  terms: 2,
  data: null,
};
const heldOut = { ...request, stream: STREAM.heldOut, step: 0 };

/** Every n-th number from the first one. */
const everyNth = (numbers: ArrayLike<number>, first: number, n: number): number[] =>
  Array.from({ length: Math.ceil((numbers.length - first) / n) }, (_, i) => numbers[first + i * n] as number);

/** The one input of each row that is 1, where all others are 0. */
function oneHot(inputs: Float32Array, width: number): number[] {
  return Array.from({ length: inputs.length / width }, (_, row) => {
    const values = [...inputs.subarray(row * width, (row + 1) * width)];
    expect(values.filter((value) => value !== 0)).toEqual([1]);
    return values.indexOf(1);
  });
}

describe('every task', () => {
  test.each(TASK_NAMES)('%s has its name, texts, and a default length that it allows', (name) => {
    const task: Task = TASKS[name];
    expect(task.name).toBe(name);
    for (const text of [task.title, task.description, task.citation]) expect(text.length).toBeGreaterThan(10);
    expect(task.description).toMatch(/\.$/);
    const { lengthRange, defaultLength } = task;
    if (lengthRange === null) expect(task.steps({ length: 0 })).toBe(defaultLength);
    else {
      expect(defaultLength).toBeGreaterThanOrEqual(lengthRange.min);
      expect(defaultLength).toBeLessThanOrEqual(lengthRange.max);
    }
    expect(task.dataChoices.length > 0).toBe(task.data !== null);
    expect(task.feedforward).toBe(task.steps({ length: defaultLength }) === 1);
  });
});

describe('the adding problem, from its definition', () => {
  const cases = [2, 3, 4, 5].flatMap((terms) =>
    [
      { length: 5, seed: 0, step: 1 },
      { length: 20, seed: 3, step: 17 },
      { length: 37, seed: 0xffffffff, step: 100_000 },
      { length: 202, seed: 12345, step: 2 },
    ].map((sizes) => ({ terms, ...sizes })),
  );
  test.each(cases)(
    '$terms terms, length $length, seed $seed, step $step',
    ({ terms, length, seed, step }) => {
      const firstSequence = 40;
      const batch = 6;
      const { inputs, targets } = TASKS.adding.makeBatch({
        ...request,
        seed,
        step,
        batch,
        firstSequence,
        length,
        terms,
      });
      expect([inputs.length, targets.length]).toEqual([length * batch * 2, batch]);
      const markerCalls = terms > 4 ? 2 : 1;
      const calls = markerCalls + Math.ceil(length / 4);
      for (let b = 0; b < batch; b++) {
        const words = Array.from({ length: calls }, (_, call) =>
          wordsReference(seed, STREAM.trainingBatch, step, (firstSequence + b) * calls + call),
        );
        const values = words
          .slice(markerCalls)
          .flat()
          .slice(0, length)
          .map((word) => Math.floor(word / 256) / 2 ** 24);
        const markerWords = words.slice(0, markerCalls).flat();
        const marked = Array.from({ length: terms }, (_, term) => {
          const part = Array.from({ length }, (__, t) => t).filter(
            (t) => Math.floor((term * length) / terms) <= t && t < Math.floor(((term + 1) * length) / terms),
          );
          return part[(markerWords[term] as number) % part.length] as number;
        });
        expect(everyNth(inputs, 2 * b, 2 * batch)).toEqual(values);
        expect(everyNth(inputs, 2 * b + 1, 2 * batch)).toEqual(
          values.map((_, t) => (marked.includes(t) ? 1 : 0)),
        );
        const sum = marked.reduce((total, t) => total + (values[t] as number), 0);
        expect(targets[b]).toBe(Math.fround(sum));
      }
    },
  );

  test.each([2, 3, 4, 5])(
    '%i terms: every step is marked as often, and the baseline is that of a constant answer',
    (terms) => {
      const length = 4 * terms;
      const batch = 20_000;
      const { inputs, targets } = TASKS.adding.makeBatch({ ...request, length, batch, terms });
      const markers = Array.from({ length }, (_, t) =>
        everyNth(inputs.subarray(t * batch * 2, (t + 1) * batch * 2), 1, 2).reduce(
          (sum, one) => sum + one,
          0,
        ),
      );
      // Standard error of a share: 0.003.
      for (const count of markers) expect(Math.abs(count / batch - 1 / 4)).toBeLessThan(0.016);
      const answers = [...targets];
      const mean = answers.reduce((sum, target) => sum + target, 0) / batch;
      const variance = answers.reduce((sum, target) => sum + (target - mean) ** 2, 0) / batch;
      const baseline = TASKS.adding.baseline({ length, batch, terms }, null);
      expect(baseline?.label).toBe(`always answering ${mean.toFixed(1).replace('.0', '')}`);
      expect(Math.abs(variance / (baseline?.loss ?? 0) - 1)).toBeLessThan(0.04);
    },
  );

  test('another batch at every step, the same one again at the same step', () => {
    const at = (step: number) => TASKS.adding.makeBatch({ ...request, step }).inputs;
    expect(at(1)).toEqual(at(1));
    expect(at(1)).not.toEqual(at(2));
  });
});

describe('copying memory, from its definition', () => {
  const { copying } = TASKS;

  test.each([
    { delay: 10, seed: 0, step: 1 },
    { delay: 20, seed: 7, step: 2 },
    { delay: 101, seed: 0xffffffff, step: 100_000 },
    { delay: 500, seed: 5, step: 3 },
  ])('delay $delay, seed $seed, step $step', ({ delay, seed, step }) => {
    const batch = 5;
    const firstSequence = 30;
    const { inputs, targets } = copying.makeBatch({
      ...request,
      seed,
      step,
      batch,
      firstSequence,
      length: delay,
    });
    const steps = delay + 20;
    expect(copying.steps({ length: delay })).toBe(steps);
    const rows = oneHot(inputs, 10);
    expect([rows.length, targets.length]).toEqual([steps * batch, steps * batch]);
    for (let b = 0; b < batch; b++) {
      const [word = 0] = wordsReference(seed, STREAM.trainingBatch, step, firstSequence + b);
      // Octal digits from the lowest; the eleventh, of but two bits, is not used.
      const symbols = [...word.toString(8).padStart(11, '0')]
        .reverse()
        .slice(0, 10)
        .map((digit) => 1 + Number(digit));
      const blanks = (count: number): number[] => new Array<number>(count).fill(0);
      expect(everyNth(rows, b, batch)).toEqual([...symbols, ...blanks(delay - 1), 9, ...blanks(10)]);
      expect(everyNth(targets, b, batch)).toEqual([...blanks(delay + 10), ...symbols]);
    }
  });

  test('counts the last ten steps, and its baseline is guessing there', () => {
    const settings = { length: 100, batch: 1, terms: 2 };
    expect(copying.measure(settings)).toMatchObject({ kind: 'accuracy', firstStep: 110 });
    // The figures of Arjovsky, Shah and Bengio for their delays.
    const baselines = [100, 200, 300, 500].map(
      (length) => copying.baseline({ ...settings, length }, null)?.loss,
    );
    for (const [index, published] of [0.1733, 0.0945, 0.065, 0.04].entries()) {
      expect(baselines[index]).toBeCloseTo(published, 4);
    }
    // Cross-entropy of the frequencies of classes at each step.
    const batch = 8000;
    const { targets } = copying.makeBatch({ ...request, length: 10, batch });
    let loss = 0;
    for (let t = 0; t < 30; t++) {
      const counts = new Array<number>(9).fill(0);
      for (const target of targets.subarray(t * batch, (t + 1) * batch))
        counts[target] = (counts[target] ?? 0) + 1;
      for (const count of counts) if (count > 0) loss -= ((count / batch) * Math.log(count / batch)) / 30;
    }
    expect(loss / (copying.baseline({ ...settings, length: 10 }, null)?.loss ?? 0)).toBeCloseTo(1, 2);
  });

  test('held-out sequences go on from one batch to the next, and differ from those of training', () => {
    const whole = copying.makeBatch({ ...heldOut, batch: 7 }).targets;
    const last = copying.makeBatch({ ...heldOut, firstSequence: 4, batch: 3 }).targets;
    for (let b = 0; b < 3; b++) expect(everyNth(last, b, 3)).toEqual(everyNth(whole, 4 + b, 7));
    expect(copying.makeBatch({ ...request, batch: 7 }).targets).not.toEqual(whole);
  });
});

describe('MNIST, from its definition', () => {
  const images = (count: number, seed: number) => {
    const random = uniforms(seed);
    return {
      count,
      pixels: Uint8Array.from({ length: count * 784 }, () => 256 * random()),
      labels: Uint8Array.from({ length: count }, (_, index) => index % 10),
    };
  };
  const data: ImageData = { kind: 'images', training: images(23, 1), heldOut: images(13, 2) };

  /** A shuffle from the end, one random word a swap, on a plain list. */
  function shuffled(count: number, seed: number): number[] {
    const list = Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last >= 1; last--) {
      const [word = 0] = wordsReference(seed, 5, 0, last);
      const [moved = 0] = list.splice(word % (last + 1), 1, list[last] as number);
      list[last] = moved;
    }
    return list;
  }

  /** Pixels from 0 to 1 of an image, shrunk to 14 x 14 where the side says so. */
  function picture(pixels: Uint8Array, image: number, side: 28 | 14): number[] {
    const at = (row: number, column: number): number =>
      (pixels[image * 784 + row * 28 + column] as number) / 255;
    return Array.from({ length: side * side }, (_, index) => {
      const row = Math.floor(index / side);
      const column = index % side;
      if (side === 28) return at(row, column);
      const [top, left] = [2 * row, 2 * column];
      return (at(top, left) + at(top, left + 1) + at(top + 1, left) + at(top + 1, left + 1)) / 4;
    });
  }

  const readings = {
    'mnist-rows': { side: 28, steps: 28, permuted: false },
    'mnist-pixels': { side: 28, steps: 784, permuted: false },
    'mnist-pixels-permuted': { side: 28, steps: 784, permuted: true },
    'mnist-14x14': { side: 14, steps: 196, permuted: false },
    'mnist-14x14-permuted': { side: 14, steps: 196, permuted: true },
    'mnist-flat': { side: 28, steps: 1, permuted: false },
  } as const;
  const cases = (Object.keys(readings) as (keyof typeof readings)[]).flatMap((name) =>
    [
      { seed: 1, step: 1, batch: 1 },
      { seed: 0xffffffff, step: 100_000, batch: 6 },
    ].map((sizes) => ({ name, ...sizes, ...readings[name] })),
  );

  test.each(cases)('$name, seed $seed, step $step', ({ name, seed, step, batch, side, steps, permuted }) => {
    const task: Task = TASKS[name];
    expect([task.steps({ length: 0 }), task.sizes(null).inputs]).toEqual([steps, (side * side) / steps]);
    const order = permuted ? shuffled(side * side, seed) : Array.from({ length: side * side }, (_, i) => i);
    const { display } = task;
    if (display.inputs.kind !== 'image') throw new Error('not an image');
    expect(display.inputs.side).toBe(side);
    expect([...display.inputs.orderOf(seed)]).toEqual(order);

    const check = (set: ImageData['training'], chosen: number[], wanted: Partial<BatchRequest>): void => {
      const { inputs, targets } = task.makeBatch({ ...request, seed, batch, data, ...wanted });
      expect([...targets]).toEqual(chosen.map((image) => image % 10));
      const width = (side * side) / steps;
      expect(inputs.length).toBe(side * side * batch);
      for (const [b, image] of chosen.entries()) {
        const pixels = picture(set.pixels, image, side);
        const read = Array.from({ length: steps }, (_, t) => [
          ...inputs.subarray((t * batch + b) * width, (t * batch + b + 1) * width),
        ]).flat();
        for (const [index, value] of read.entries()) {
          const expected = ((pixels[order[index] as number] as number) - 0.1307) / 0.3081;
          expect(Math.abs(value - expected)).toBeLessThan(3e-7);
        }
      }
    };
    const drawn = Array.from(
      { length: batch },
      (_, b) => (wordsReference(seed, STREAM.trainingBatch, step, b)[0] ?? 0) % 23,
    );
    check(data.training, drawn, { step });
    const walked = Array.from({ length: batch }, (_, b) => 7 + b);
    check(data.heldOut, walked, { stream: STREAM.heldOut, step: 0, firstSequence: 7 });
  });

  test('a permutation is one, and another seed has another', () => {
    const of = (seed: number) => [...readingOrder(28, true, seed)];
    expect(of(1).sort((a, b) => a - b)).toEqual(Array.from({ length: 784 }, (_, i) => i));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1).filter((pixel, index) => pixel === index).length).toBeLessThan(10);
  });

  test('counts the held-out images', () => {
    const settings = { length: 1, batch: 32, terms: 2 };
    expect(TASKS['mnist-flat'].heldOutSequences(settings, data)).toBe(13);
    expect(() => TASKS['mnist-flat'].makeBatch(request)).toThrow(/mnist-flat needs its images/);
  });
});

describe('text, from its definition', () => {
  const { text } = TASKS;
  const SYMBOLS = 11;
  const numbers = (count: number, seed: number): Uint8Array => {
    const random = uniforms(seed);
    return Uint8Array.from({ length: count }, () => SYMBOLS * random());
  };
  const textOf = (training: number, held: number): TextData => ({
    kind: 'text',
    title: 'a.txt',
    vocabulary: [...'abcdefghijk'],
    training: numbers(training, 1),
    heldOut: numbers(held, 2),
  });

  test.each([
    { length: 4, batch: 1, characters: 26 },
    { length: 7, batch: 3, characters: 200 },
    { length: 50, batch: 5, characters: 1801 },
    { length: 13, batch: 8, characters: 105 },
  ])('length $length, batch $batch, $characters characters', ({ length, batch, characters }) => {
    const data = textOf(characters, characters - 1);
    const settings = { length, batch, terms: 2 };
    for (const part of ['training', 'heldOut'] as const) {
      const all = [...data[part]];
      const stream = Math.floor((all.length - 1) / batch);
      const segments = Math.floor(stream / length);
      if (part === 'training') expect(text.segments(settings, data)).toBe(segments);
      else expect(text.heldOutSequences(settings, data)).toBe(segments * batch);
      for (let b = 0; b < batch; b++) {
        const read: number[] = [];
        const asked: number[] = [];
        // In training once around and on.
        const batches = part === 'training' ? segments + 2 : segments;
        for (let index = 0; index < batches; index++) {
          const where =
            part === 'training'
              ? { step: index + 1 }
              : { step: 0, stream: STREAM.heldOut, firstSequence: index * batch };
          const { inputs, targets } = text.makeBatch({ ...request, length, batch, data, ...where });
          read.push(...everyNth(oneHot(inputs, SYMBOLS), b, batch));
          asked.push(...everyNth(targets, b, batch));
        }
        const used = segments * length;
        const own = all.slice(b * stream, b * stream + used);
        const next = all.slice(b * stream + 1, b * stream + used + 1);
        expect(read).toEqual([...own, ...own, ...own].slice(0, batches * length));
        expect(asked).toEqual([...next, ...next, ...next].slice(0, batches * length));
      }
    }
  });

  test('far along the run it is where it would have come by going there', () => {
    const data = textOf(500, 100);
    const at = (step: number) => text.makeBatch({ ...request, step, data }).targets;
    // (500 - 1) / 4 = 124 characters a stream, 6 segments of 20.
    expect(text.segments(request, data)).toBe(6);
    expect(at(6_000_003)).toEqual(at(3));
    expect(at(6_000_003)).not.toEqual(at(4));
  });

  test('too short for batch and length, it says what fits, and that does fit', () => {
    const problemOf = (held: number, batch: number, length: number) =>
      text.problem({ batch, length, terms: 2 }, textOf(held * 9, held));
    expect(problemOf(201, 4, 50)).toBeNull();
    expect(problemOf(200, 4, 50)).toBe(
      'The text "a.txt" is too short for batch 4 and length 50: its held-out part has 200 characters, of which a batch takes 4 x 50 and one more. At length 50 the batch may be at most 3; at batch 4 the length may be at most 49.',
    );
    expect(problemOf(200, 3, 50)).toBeNull();
    expect(problemOf(200, 4, 49)).toBeNull();
    expect(problemOf(100, 64, 200)).toMatch(/No batch fits length 200; no length fits batch 64\.$/);
    expect(text.problem({ batch: 4, length: 50, terms: 2 }, textOf(200, 900))).toMatch(
      /its training part has 200/,
    );
    expect(text.problem({ batch: 4, length: 50, terms: 2 }, null)).toBeNull();
  });

  test('its baseline is the entropy of its characters', () => {
    const settings = { length: 20, batch: 4, terms: 2 };
    const of = (training: number[]) =>
      text.baseline(settings, { ...textOf(10, 10), training: Uint8Array.from(training) })?.loss;
    expect(of([0, 1, 0, 1])).toBeCloseTo(Math.log(2), 12);
    expect(of([0, 1, 2, 3, 4, 5, 6, 7])).toBeCloseTo(Math.log(8), 12);
    expect(of([3, 3, 3, 5])).toBeCloseTo(0.75 * Math.log(4 / 3) + 0.25 * Math.log(4), 12);
    expect(text.baseline(settings, null)).toBeNull();
  });

  test('its sizes are those of its vocabulary; without a text there are none', () => {
    expect(text.sizes(textOf(10, 10))).toEqual({ inputs: SYMBOLS, outputs: SYMBOLS });
    expect(() => text.sizes(null)).toThrow(/needs its text/);
    expect(() => text.makeBatch(request)).toThrow(/needs its text/);
  });
});
