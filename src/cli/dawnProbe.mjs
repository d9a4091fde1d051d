import { register } from 'tsx/esm/api';

// Does in a process of its own what Dawn does in a command: see dawnProbe.ts.
register();
const { openDawn } = await import('./gpu.ts');
await openDawn();
process.exit(0);
