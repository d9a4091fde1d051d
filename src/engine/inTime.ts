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
