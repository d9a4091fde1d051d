import { create } from 'zustand';
import type { Experiment } from '../../experiment/schema.ts';
import { taskOf } from '../../experiment/tasks/index.ts';
import { MNIST_FILES } from '../../experiment/tasks/mnistData.ts';
import { MOBY_DICK } from '../../experiment/tasks/textData.ts';
import { useRun } from '../../session/page/runStore.ts';
import type { DataAnswer, Request } from './messages.ts';

interface Offline {
  /** Whether the browser has kept this page, so that it opens without a network. */
  readonly ready: boolean;
  /** The service worker of a newer version that waits to take over. */
  readonly update: ServiceWorker | null;
  /** How much of the data files is kept; null where that is not known. */
  readonly data: DataAnswer | null;
}

export const useOffline = create<Offline>(() => ({ ready: false, update: null, data: null }));

const { getState, setState } = useOffline;

/** Of this page's service worker, once there is one. */
let known: ServiceWorkerRegistration | undefined;

/** Milliseconds after which a page that is looked at again asks for a new version: it may be open for days. */
const UPDATE_INTERVAL = 3_600_000;

/**
 * Has the browser keep this page for offline, where it can: on https and localhost. Only the built page does so.
 * Nothing here may disturb the page: without a service worker it works as well, only not offline.
 */
export async function keepForOffline(): Promise<void> {
  if (!import.meta.env.PROD) return;
  try {
    // Absent over plain http; in a sandboxed frame even its name throws.
    const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer };
    if (!serviceWorker) return;
    await serviceWorker.register(new URL('service-worker.js', document.baseURI));
    const registration = await serviceWorker.ready;
    known = registration;
    setState({ ready: true });
    followUpdates(registration, serviceWorker);
    ask({ type: 'data' });
    keepUsedData();
    useRun.subscribe(({ status }, before) => {
      if (before.status === 'preparing' && status !== 'preparing') keepUsedData();
    });
  } catch (error) {
    console.info('This page is not kept for offline:', error);
  }
}

function followUpdates(registration: ServiceWorkerRegistration, container: ServiceWorkerContainer): void {
  const offer = (): void => {
    // The first version of all takes over by itself and is no news.
    if (registration.waiting && registration.active) setState({ update: registration.waiting });
  };
  const watch = (): void => {
    registration.installing?.addEventListener('statechange', offer);
  };
  offer();
  watch();
  registration.addEventListener('updatefound', watch);
  container.addEventListener('controllerchange', () => ask({ type: 'data' }));

  let asked = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || Date.now() - asked < UPDATE_INTERVAL) return;
    asked = Date.now();
    registration.update().catch(() => {
      // Offline, most likely: the next time will do.
    });
  });
}

/** Has the new version take over, and opens this page in it. */
export function reloadIntoUpdate(): void {
  const { update } = getState();
  if (update === null) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
  // Another tab may have had it take over before.
  if (update.state === 'activated') location.reload();
  else update.postMessage({ type: 'activate' } satisfies Request);
}

/** Milliseconds that a newer version gets to be installed before the page is loaded anew without it. */
const INSTALLING = 10_000;

/** Loads this page anew: in its newest version, where the service worker can get hold of that. */
export async function reloadPage(): Promise<void> {
  const newest = async (): Promise<void> => {
    await known?.update();
    const installing = known?.installing;
    if (!installing) return;
    await new Promise<void>((resolve) => {
      installing.addEventListener('statechange', () => resolve(), { once: true });
    });
  };
  const patience = new Promise<void>((resolve) => setTimeout(resolve, INSTALLING));
  await Promise.race([newest().catch(() => {}), patience]);
  if (getState().update) reloadIntoUpdate();
  else location.reload();
}

export const postponeUpdate = (): void => setState({ update: null });

/** Keeps all data files, and asks the browser not to throw them away when its disk is full. */
export function keepData(): void {
  // Where it has no such promise to give, it keeps them as long as it can.
  void (async () => navigator.storage.persist())().catch(() => {});
  ask({ type: 'keep', paths: null });
}

/** Sends a request to the version that serves this page; its answers go into `data`. */
function ask(request: Request): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }: MessageEvent<DataAnswer>) => {
    setState({ data });
    if (data.done) port1.close();
  };
  navigator.serviceWorker.controller?.postMessage(request, [port2]);
}

/** The data files of an experiment, below the page's address. */
function dataOf({ task, data }: Experiment): readonly string[] {
  const { small, rest } = MNIST_FILES;
  const kind = taskOf({ task }).data;
  const files = kind === 'mnist' ? (data === 'full' ? [small, rest] : [small]) : [MOBY_DICK];
  return kind === null || data === 'own' ? [] : files.map(({ name }) => `data/${name}`);
}

/** Milliseconds that the service worker is given to store what it has just handed to the run. */
const STORING = 2000;
let storing: ReturnType<typeof setTimeout> | undefined;

/**
 * Keeps the data that the run has loaded: on the first visit they came before there was a service worker. Then the
 * browser still has them, so that nothing is loaded again.
 */
function keepUsedData(): void {
  clearTimeout(storing);
  storing = setTimeout(() => {
    const { status, experiment } = useRun.getState();
    const loaded = status !== 'preparing' && status !== 'waiting' && status !== 'failed';
    if (loaded && getState().data?.done !== false) ask({ type: 'keep', paths: dataOf(experiment) });
  }, STORING);
}
