/**
 * What a promise gives, if it gives it in time.
 * @param limit milliseconds
 * @param late told of what comes after that, so that it can be given back
 * @throws the error of `reason` where nothing comes in time
 */
export async function inTime<Result>(
  making: Promise<Result>,
  limit: number,
  reason: () => Error,
  late?: (result: Result) => void,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      over = true;
      reject(reason());
    }, limit);
  });
  making.then(
    (result) => over && late?.(result),
    () => {},
  );
  try {
    return await Promise.race([making, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What a promise gives, unless the signal is aborted first.
 * @param late told of what comes after that, so that it can be given back
 * @throws the signal's reason where it is aborted
 */
export async function unlessAborted<Result>(
  making: Promise<Result>,
  signal: AbortSignal,
  late?: (result: Result) => void,
): Promise<Result> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      making.then(late, () => {});
      reject(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
  try {
    const result = await Promise.race([making, aborted]);
    // Aborted just after it came: `late` has been told.
    signal.throwIfAborted();
    return result;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
