import puppeteer from 'puppeteer-core';
import { describe } from 'vitest';
import { DRAW_SELDOM, FIREFOX_PREFERENCES, findFirefox } from '../../scripts/browsers.mjs';
import { LIMITS } from '../limits.ts';
import { testBrowser } from './everyBrowser.ts';

describe('Firefox: WebGPU by wgpu, on lavapipe, which share no code with the others', () => {
  testBrowser(() =>
    puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      extraPrefsFirefox: { ...FIREFOX_PREFERENCES, ...DRAW_SELDOM },
      timeout: LIMITS.wait,
      protocolTimeout: LIMITS.checks,
    }),
  );
});
