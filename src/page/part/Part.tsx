import { Component, type ComponentProps, type ComponentType, type ReactNode, Suspense, use } from 'react';
import { messageOf } from '../../engine/engine.ts';
import { reloadPage } from '../offline/offlineStore.ts';
import { type CodeName, codeOf, type Exports, explanationOf, forgetCode, LoadError } from './code.ts';
import '../styles/part.css';

interface GuardProps {
  /** What the visitor sees here, as a sentence begins with it: "The guide". */
  readonly title: string;
  /** Puts what is said of a failure where it can be seen and left; as it is if left out. */
  readonly frame?: ((said: ReactNode) => ReactNode) | undefined;
  /** Called before it is tried again. */
  readonly onRetry?: () => void;
  readonly children: ReactNode;
}

interface GuardState {
  readonly error: { readonly thrown: unknown } | null;
}

/** Keeps a part of the page that fails from taking the rest with it, says why in its place, and lets it be tried again. */
export class Guard extends Component<GuardProps, GuardState> {
  override state: GuardState = { error: null };

  static getDerivedStateFromError(thrown: unknown): GuardState {
    return { error: { thrown } };
  }

  override render(): ReactNode {
    const { title, frame, children, onRetry } = this.props;
    const { error } = this.state;
    if (error === null) return children;
    const said = (
      <Failure
        title={title}
        error={error.thrown}
        onRetry={() => {
          onRetry?.();
          this.setState({ error: null });
        }}
      />
    );
    return frame ? frame(said) : said;
  }
}

interface FailureProps {
  readonly title: string;
  readonly error: unknown;
  readonly onRetry: () => void;
}

function Failure({ title, error, onRetry }: FailureProps) {
  const load = error instanceof LoadError ? error : null;
  const message = messageOf(error);
  return (
    <div className="part-failure" role="alert">
      <p>
        <strong>{load ? `${title} could not be loaded.` : `${title} failed.`}</strong>{' '}
        {load ? explanationOf(load) : `The rest of the page works on. What went wrong: ${message}`}
      </p>
      <div className="buttons">
        {load?.reason !== 'newer' && (
          <button type="button" onClick={onRetry}>
            {load ? 'Try again' : 'Show it again'}
          </button>
        )}
        {load && load.reason !== 'unreachable' && (
          <button type="button" onClick={reloadPage}>
            Reload the page
          </button>
        )}
      </div>
    </div>
  );
}

/** The code that has a component to show. */
type PartName = {
  [Name in CodeName]: Exports<Name> extends { readonly default: ComponentType<never> } ? Name : never;
}[CodeName];
type PropsOf<Name extends PartName> =
  Exports<Name> extends { readonly default: ComponentType<infer Props> } ? Props : never;

interface PartProps<Name extends PartName> extends Pick<GuardProps, 'title' | 'frame'> {
  readonly name: Name;
  readonly props: PropsOf<Name>;
  /** Shown while it is loaded. */
  readonly waiting?: ReactNode;
}

/** A part of the page that is loaded when it is first shown. */
export function Part<Name extends PartName>({ name, title, frame, props, waiting }: PartProps<Name>) {
  return (
    // A part of another name is another part, whose failure is its own.
    <Guard key={name} title={title} frame={frame} onRetry={() => forgetCode(name)}>
      <Suspense fallback={waiting}>
        <Loaded name={name} props={props} />
      </Suspense>
    </Guard>
  );
}

function Loaded<Name extends PartName>({ name, props }: Pick<PartProps<Name>, 'name' | 'props'>) {
  const { default: Content } = use(codeOf(name)) as { readonly default: ComponentType<PropsOf<Name>> };
  return <Content {...(props as PropsOf<Name> & ComponentProps<ComponentType>)} />;
}
