import { loadData } from '../../session/worker/data.ts';
import { type Event, type Request, work } from './work.ts';

declare const self: DedicatedWorkerGlobalScope;

const post = (event: Event): void => self.postMessage(event);

self.addEventListener('message', ({ data: request }: MessageEvent<Request>) => {
  const load = (experiment: Parameters<typeof loadData>[0]['experiment']) =>
    loadData({ experiment, ownText: null, base: request.base }, (text, fraction) =>
      post({ type: 'progress', text, fraction }),
    );
  work(request, load, post).catch((error: unknown) => {
    post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  });
});
