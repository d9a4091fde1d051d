/** How a device goes away at a call that is waited for. */
export const LOSSES = [
  /** As the specification has it: what is compiled or waited for ends as if it had been done, only readings fail. */
  'by the book',
  /** Whatever waits for it fails. */
  'with failures',
  /** Whatever waits for it fails, and the news comes half a second later. */
  'with failures first',
  /** Nothing is answered any more. */
  'in silence',
  /** It reports an error that nobody awaits, and goes on answering. */
  'by an error',
] as const;
export type LossKind = (typeof LOSSES)[number];

/** A GPU that computes nothing, and whose device can be lost at any call that is waited for. */
export interface FakeGpu {
  readonly gpu: GPU;
  /** Calls that were waited for so far, once the device is open. */
  readonly calls: () => number;
  /** Buffers that were made and not destroyed. */
  readonly buffers: () => number;
  /** Loses the device now. */
  readonly lose: () => void;
}

/**
 * @param loseAt the call, counted from 0, at which the device is lost; null: none
 * @param kind how it is lost
 */
export function fakeGpu(loseAt: number | null, kind: LossKind): FakeGpu {
  let calls = 0;
  let buffers = 0;
  let isLost = false;
  let tellLost = (_: { reason: string; message: string }): void => {};
  const lost = new Promise((resolve) => {
    tellLost = resolve;
  });
  const listeners: ((event: { error: { message: string } }) => void)[] = [];
  const pending = new Set<(reason: Error) => void>();

  const lose = (): void => {
    if (isLost) return;
    isLost = true;
    const tell = () => tellLost({ reason: 'unknown', message: 'gone' });
    if (kind === 'by an error')
      for (const listener of listeners) listener({ error: { message: 'out of memory' } });
    else if (kind === 'with failures first') setTimeout(tell, 500);
    else tell();
    if (kind.startsWith('with failures'))
      for (const reject of pending) reject(new Error('The instance was dropped.'));
  };

  /** A call that is waited for. */
  const call = <Result>(isReading: boolean, result: () => Result): Promise<Result> => {
    if (calls++ === loseAt) lose();
    return new Promise((resolve, reject) => {
      const fails = kind.startsWith('with failures') || isReading;
      if (isLost && kind === 'in silence') return;
      if (isLost && kind !== 'by an error' && fails) {
        reject(new DOMException('The device is lost.', 'OperationError'));
        return;
      }
      pending.add(reject);
      setTimeout(() => {
        pending.delete(reject);
        if (!isLost || kind !== 'in silence') resolve(result());
      }, 1);
    });
  };

  const device = {
    lost,
    limits: { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 },
    addEventListener: (_: string, listener: (typeof listeners)[number]) => listeners.push(listener),
    destroy: () => {
      isLost = true;
      tellLost({ reason: 'destroyed', message: '' });
    },
    pushErrorScope: () => {},
    popErrorScope: () => call(false, () => null),
    createBuffer: ({ size }: { size: number }) => {
      buffers++;
      let isThere = true;
      return {
        size,
        mapAsync: () => call(true, () => undefined),
        getMappedRange: () => new ArrayBuffer(size),
        destroy: () => {
          if (isThere) buffers--;
          isThere = false;
        },
      };
    },
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createBindGroup: () => ({}),
    createShaderModule: () => ({ getCompilationInfo: async () => ({ messages: [] }) }),
    createComputePipelineAsync: () => call(false, () => ({})),
    createCommandEncoder: () => ({
      beginComputePass: () => ({
        setPipeline: () => {},
        setBindGroup: () => {},
        dispatchWorkgroups: () => {},
        end: () => {},
      }),
      copyBufferToBuffer: () => {},
      finish: () => ({}),
    }),
    queue: {
      writeBuffer: () => {},
      submit: () => {},
      onSubmittedWorkDone: () => call(false, () => undefined),
    },
  };
  const adapter = { limits: {}, info: { description: 'made up' }, requestDevice: async () => device };
  return {
    gpu: { requestAdapter: async () => adapter } as unknown as GPU,
    calls: () => calls,
    buffers: () => buffers,
    lose,
  };
}
