import type { Experiment } from '../../experiment/schema.ts';
import type { Serve } from '../../session/startWorker.ts';
import { loadData } from '../../session/worker/data.ts';
import { type Event, type Request, work } from './work.ts';

/** What the worker does with a request. */
export const serve: Serve<Request, Event> = (request, post) => {
  const load = (experiment: Experiment) =>
    loadData({ experiment, ownText: null, base: request.base }, (text, fraction) => {
      void post({ type: 'progress', text, fraction });
    });
  return work(request, load, post);
};
