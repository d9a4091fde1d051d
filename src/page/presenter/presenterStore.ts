import { create } from 'zustand';
import { enterFullScreen, leaveFullScreen } from '../browser/fullScreen.ts';

/** The charts that presenter mode shows, one at a time, by the names that `hide` takes. */
export const PRESENTED_CHARTS = ['loss', 'measure'] as const;
export type PresentedChart = (typeof PRESENTED_CHARTS)[number];

interface Presenter {
  readonly on: boolean;
  readonly chart: PresentedChart;
}

export const usePresenter = create<Presenter>(() => ({ on: false, chart: 'loss' }));

const { getState, setState } = usePresenter;

/** Large type and one chart, on the full screen where the browser lets the page. */
export function present(): void {
  setState({ on: true });
  enterFullScreen(document.documentElement);
}

export function leavePresenter(): void {
  setState({ on: false });
  leaveFullScreen();
}

export const togglePresenter = (): void => (getState().on ? leavePresenter() : present());

export const showChart = (chart: PresentedChart): void => setState({ chart });

export function showNextChart(): void {
  const next = (PRESENTED_CHARTS.indexOf(getState().chart) + 1) % PRESENTED_CHARTS.length;
  showChart(PRESENTED_CHARTS[next] as PresentedChart);
}
