import { afterEach, expect, test, vi } from 'vitest';
import { type Serve, startWorker } from '../../src/session/startWorker.ts';

/** A worker that does what a test tells it. */
class FakeWorker extends EventTarget {
  readonly received: unknown[] = [];
  terminated = false;
  postMessage(message: unknown): void {
    this.received.push(message);
  }
  terminate(): void {
    this.terminated = true;
  }
  answer(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data }));
  }
  fail(message?: string): void {
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }));
  }
}

const double: Serve<number, number> = (value, post) => post(2 * value);

function started(start: () => Worker, serve: Serve<number, number> = double) {
  const answers: number[] = [];
  const failures: string[] = [];
  const worker = startWorker<number, number>({
    start,
    load: async () => serve,
    onAnswer: (answer) => answers.push(answer),
    onFailure: (message) => failures.push(message),
  });
  return { worker, answers, failures };
}
const refused = (): Worker => {
  throw new DOMException('Failed to construct a worker', 'SecurityError');
};
const withFake = (serve = double) => {
  const fake = new FakeWorker();
  return { fake, ...started(() => fake as unknown as Worker, serve) };
};

afterEach(() => {
  vi.useRealTimers();
});

test('where the browser starts no worker, the page does its work, in order', async () => {
  const { worker, answers, failures } = started(refused);
  worker.send(1);
  worker.send(2);
  expect(answers).toEqual([]);
  await vi.waitFor(() => expect(answers).toEqual([2, 4]));
  expect(failures).toEqual([]);
});

test('where the worker cannot be loaded, which its event does not explain, the page does what it was sent', async () => {
  const { fake, worker, answers } = withFake();
  worker.send(3);
  expect(fake.received).toEqual([3]);
  fake.fail();
  worker.send(4);
  await vi.waitFor(() => expect(answers).toEqual([6, 8]));
  expect(fake.terminated).toBe(true);
});

test('a worker that answered and then stops is a failure, told once', () => {
  const { fake, worker, answers, failures } = withFake();
  worker.send(1);
  fake.answer({ answer: 2 });
  fake.fail();
  fake.fail('again');
  fake.answer({ answer: 3 });
  expect(answers).toEqual([2]);
  expect(failures).toEqual(['The worker stopped: it may have run out of memory.']);
});

test('what goes wrong in the work is said in its own words, in a worker and in the page', async () => {
  const { fake, failures } = withFake();
  fake.answer({ failure: 'The formula has no end.' });
  expect(failures).toEqual(['The formula has no end.']);
  const inPage = started(refused, () => {
    throw new Error('The formula has no end.');
  });
  inPage.worker.send(1);
  await vi.waitFor(() => expect(inPage.failures).toEqual(['The formula has no end.']));
});

test('work in the page stops where it is ended, whether it waits for its answers or not', async () => {
  let pieces = 0;
  const endless: Serve<number, number> = async (_, post) => {
    for (;;) await post(++pieces);
  };
  const { worker, answers, failures } = started(refused, endless);
  worker.send(1);
  await vi.waitFor(() => expect(answers.length).toBeGreaterThan(3));
  worker.end();
  const stood = pieces;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(pieces).toBe(stood);
  expect(failures).toEqual([]);

  const careless = started(refused, (_, post) => {
    for (let piece = 1; piece < 5; piece++) void post(piece);
    careless.worker.end();
    void post(5);
  });
  careless.worker.send(1);
  await vi.waitFor(() => expect(careless.answers).toEqual([1, 2, 3, 4]));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(careless.failures).toEqual([]);
});
