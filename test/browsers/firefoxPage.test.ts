import { describe } from 'vitest';
import { FIREFOX_PREFERENCES } from '../../scripts/browsers.mjs';
import { testPage } from './everyPage.ts';

describe('Firefox, with WebGPU', () => {
  testPage({
    kind: 'webgpu',
    preferences: FIREFOX_PREFERENCES,
    name: /^WebGPU, .*software adapter$/,
    fallback: /^Training on the CPU\. .*only emulates a GPU/,
  });
});
