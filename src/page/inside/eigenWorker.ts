import { serveInWorker } from '../../session/startWorker.ts';
import { serve } from './serve.ts';

serveInWorker(serve);
