import { serve } from './serveBenchmark.ts';
import { serveInWorker } from './startWorker.ts';

serveInWorker(serve);
