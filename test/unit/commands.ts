import { type ChildProcess, spawn } from 'node:child_process';

/** The commands that tests start. */
export const COMMANDS = ['train', 'inspect', 'lookup', 'moments', 'reachability'] as const;
export type Command = (typeof COMMANDS)[number];

/** Where setup.ts puts them, below the project. */
export const COMMANDS_FOLDER = 'test-results/commands';

/** How a command ended, and what it wrote. */
export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command as `npm run` does, but for the compiler. */
export const startCommand = (
  command: Command,
  args: readonly string[],
  { nodeArgs = [], env = {} }: { nodeArgs?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): ChildProcess =>
  spawn(process.execPath, [...nodeArgs, `${COMMANDS_FOLDER}/${command}.mjs`, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** What a command came to, once it has ended. */
export async function resultOf(child: ChildProcess): Promise<Result> {
  const code = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  return { code: await code, stdout, stderr };
}

export const runCommand = (command: Command, ...args: string[]): Promise<Result> =>
  resultOf(startCommand(command, args));

/** The lines of JSON that a command wrote. */
export const jsonLines = ({ stdout }: Result): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** All of a stream as text. */
export async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = '';
  for await (const part of stream ?? []) text += String(part);
  return text;
}
