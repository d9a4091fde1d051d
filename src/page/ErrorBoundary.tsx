import { Component, type ReactNode } from 'react';
import { messageOf } from '../engine/engine.ts';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
}

interface ErrorBoundaryState {
  readonly message: string | null;
}

/** Shows what went wrong where a fault of the page itself would leave it blank. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { message: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { message: messageOf(error) };
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === null) return this.props.children;
    return (
      <main className="fault" role="alert">
        <h1>This page has run into a fault</h1>
        <p>{message}</p>
        <p>
          <button type="button" className="primary" onClick={() => location.reload()}>
            Reload the page
          </button>{' '}
          <a href={location.pathname}>Start with the default experiment</a>
        </p>
      </main>
    );
  }
}
