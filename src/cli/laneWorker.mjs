import { register } from 'tsx/esm/api';

// What reads TypeScript in the main thread is not handed on to its threads.
register();
await import('./laneWorker.ts');
