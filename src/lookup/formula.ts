import jsep from 'jsep';

/** A typed function that cannot be used: the message says what is wrong and where. */
export class FormulaError extends Error {
  override readonly name = 'FormulaError';
  /** The place in the text, from 0; null where it is no matter of one place. */
  readonly position: number | null;

  constructor(problem: string, position: number | null) {
    super(position === null ? `${problem}.` : `${problem}, at character ${position + 1}.`);
    this.position = position;
  }
}

/** A function of the unit interval or square; `y` is of no matter in one dimension. */
export type Evaluate = (x: number, y: number) => number;

/** The largest length of a formula: links and their readers stay short. */
export const MAX_FORMULA_LENGTH = 200;

const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

interface Callable {
  readonly arguments: number;
  readonly call: (a: number, b: number) => number;
}

const one = (call: (a: number) => number): Callable => ({ arguments: 1, call });
const two = (call: (a: number, b: number) => number): Callable => ({ arguments: 2, call });

const FUNCTIONS: ReadonlyMap<string, Callable> = new Map([
  ...(
    [
      'sin',
      'cos',
      'tan',
      'asin',
      'acos',
      'atan',
      'sinh',
      'cosh',
      'tanh',
      'exp',
      'log',
      'log2',
      'log10',
      'sqrt',
      'cbrt',
      'abs',
      'sign',
      'floor',
      'ceil',
      'round',
    ] as const
  ).map((name): [string, Callable] => [name, one(Math[name])]),
  ...(['min', 'max', 'hypot', 'atan2'] as const).map((name): [string, Callable] => [name, two(Math[name])]),
]);

/** What a formula may call, for the help beside its field. */
export const FUNCTION_NAMES: readonly string[] = [...FUNCTIONS.keys()];

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => a ** b,
};

const POWER_CODE = 94; // ^

/** The parser reads JavaScript's expressions: here it knows mathematics' operators only, and powers as one writes them. */
function prepareParser(): void {
  jsep.removeAllBinaryOps();
  jsep.removeAllUnaryOps();
  jsep.removeAllLiterals();
  for (const [operator, precedence] of [
    ['+', 9],
    ['-', 9],
    ['*', 10],
    ['/', 10],
  ] as const)
    jsep.addBinaryOp(operator, precedence);
  for (const operator of '+-') jsep.addUnaryOp(operator);
  // A number alone would pass by the hook below.
  jsep.hooks.add('gobble-token', function (env) {
    if (/[0-9.]/.test(this.char)) env.node = this.gobbleNumericLiteral();
  });
  // A power binds tighter than the sign before it and goes on to the right: -x^2 is -(x^2), 2^3^2 is 2^9.
  jsep.hooks.add('after-token', function (env) {
    this.gobbleSpaces();
    if (!env.node || this.code !== POWER_CODE) return;
    this.index++;
    const right = this.gobbleToken();
    if (!right) this.throwError('Expected expression after ^');
    env.node = { type: 'BinaryExpression', operator: '^', left: env.node, right };
  });
}

prepareParser();

/** Where a name first stands alone in the text. */
function positionOf(name: string, text: string): number | null {
  const escaped = name.replace(/[$]/g, '\\$&');
  const match = new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`).exec(text);
  return match?.index ?? null;
}

/**
 * Reads a typed function. The parser makes a tree of it and computes nothing; what a tree may hold is decided here.
 * @param text such as `abs(x - 1/3)^0.5`
 * @param dimension 1: of x; 2: of x and y
 * @throws FormulaError
 */
export function parseFormula(text: string, dimension: 1 | 2): Evaluate {
  if (text.trim() === '')
    throw new FormulaError('There is no function yet: type one, such as sin(2*pi*x)', null);
  if (text.length > MAX_FORMULA_LENGTH) {
    throw new FormulaError(
      `The function has ${text.length} characters: it may have at most ${MAX_FORMULA_LENGTH}`,
      null,
    );
  }
  let tree: jsep.Expression;
  try {
    tree = jsep(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { description, index } = error as Error & { description?: string; index?: number };
    throw new FormulaError(`The function cannot be read: ${description ?? error.message}`, index ?? null);
  }
  return compile(tree as jsep.CoreExpression, text, dimension);
}

/** What to do about a decimal comma, if there may be one: a comma parts what functions are called with. */
const pointHint = (text: string): string => (/\d,\d/.test(text) ? '; decimals have a point, as 0.5' : '');

function compile(node: jsep.CoreExpression, text: string, dimension: 1 | 2): Evaluate {
  const inner = (child: jsep.Expression): Evaluate => compile(child as jsep.CoreExpression, text, dimension);
  switch (node.type) {
    case 'Literal': {
      const { value } = node;
      if (typeof value !== 'number')
        throw new FormulaError(`${node.raw} is no number`, text.indexOf(node.raw));
      return () => value;
    }
    case 'Identifier':
      return variable(node.name, text, dimension);
    case 'UnaryExpression': {
      const argument = inner(node.argument);
      return node.operator === '-' ? (x, y) => -argument(x, y) : argument;
    }
    case 'BinaryExpression': {
      const operate = OPERATORS[node.operator];
      if (!operate) break;
      const left = inner(node.left);
      const right = inner(node.right);
      return (x, y) => operate(left(x, y), right(x, y));
    }
    case 'CallExpression': {
      const name = node.callee.type === 'Identifier' ? String(node.callee.name) : '';
      const position = positionOf(name, text);
      const callable = FUNCTIONS.get(name);
      if (!callable) {
        throw new FormulaError(
          `${name || 'What is called'} is no function: there are ${FUNCTION_NAMES.join(', ')}`,
          position,
        );
      }
      if (node.arguments.length !== callable.arguments) {
        const needed = callable.arguments === 1 ? 'one number' : 'two numbers';
        throw new FormulaError(
          `${name} takes ${needed}, not ${node.arguments.length}${pointHint(text)}`,
          position,
        );
      }
      const [first, second] = node.arguments.map(inner);
      const { call } = callable;
      return (x, y) => call(first?.(x, y) ?? 0, second?.(x, y) ?? 0);
    }
    case 'Compound':
      throw new FormulaError(
        `There is more than one expression: an operator such as * is missing between two${pointHint(text)}`,
        null,
      );
  }
  throw new FormulaError(
    `The function cannot be read: it is made of numbers, x, y, + - * / ^ and functions`,
    null,
  );
}

function variable(name: string, text: string, dimension: 1 | 2): Evaluate {
  if (name === 'x') return (x) => x;
  if (name === 'y' && dimension === 2) return (_, y) => y;
  const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
  if (constant !== undefined) return () => constant;
  const known = dimension === 1 ? 'x' : 'x and y';
  const hint = FUNCTIONS.has(name) ? `write ${name}(…)` : `there are ${known}, pi and e`;
  throw new FormulaError(`${name} is not known here: ${hint}`, positionOf(name, text));
}
