import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM_ARGS, findChromium } from './scripts/browsers.mjs';
import { LIMITS } from './test/limits.ts';

/** '1' in `npm run test:long`, else empty; tests read `import.meta.env.TEST_LONG`. */
const env = { TEST_LONG: process.env.TEST_LONG ?? '' };

/** Files that only `npm run test:long` runs. */
const LONG_FILES = '**/*.long.test.ts';

/** They only end what hangs. */
const limits = {
  testTimeout: env.TEST_LONG ? LIMITS.longTest : LIMITS.test,
  hookTimeout: LIMITS.test,
  expect: { poll: { timeout: LIMITS.wait } },
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.{ts,tsx}'],
          globalSetup: 'test/unit/setup.ts',
          // One thread for each of two cores, which loads what the files share once.
          isolate: false,
          maxWorkers: 2,
          env,
          ...limits,
        },
      },
      {
        // Vite reloads the page, and the tests with it, when it finds a dependency only on the way.
        optimizeDeps: { include: ['valibot'] },
        test: {
          name: 'gpu',
          include: ['test/gpu/**/*.test.ts'],
          env,
          ...limits,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            connectTimeout: LIMITS.wait,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { timeout: LIMITS.wait, executablePath: findChromium(), args: CHROMIUM_ARGS },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'page',
          include: ['test/page/**/*.test.ts'],
          exclude: env.TEST_LONG ? [] : [LONG_FILES],
          globalSetup: 'test/page/setup.ts',
          // Pages wait more than they compute. A worker loads what the files share once; each file has a browser of its own.
          isolate: false,
          maxWorkers: 3,
          env,
          ...limits,
        },
      },
      {
        test: {
          name: 'browsers',
          include: ['test/browsers/**/*.test.ts'],
          globalSetup: 'test/page/setup.ts',
          // A third makes the others wait for longer than it saves.
          maxWorkers: 2,
          env,
          ...limits,
        },
      },
    ],
  },
});
