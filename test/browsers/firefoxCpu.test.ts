import { describe } from 'vitest';
import { testPage } from './everyPage.ts';

describe('Firefox, without WebGPU', () => {
  testPage({
    kind: 'cpu',
    preferences: { 'dom.webgpu.enabled': false },
    name: /^CPU, float32, WebAssembly, [23] workers$/,
    fallback: /^Training on the CPU\. .*no WebGPU/,
  });
});
