import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { BadInputError } from '../../src/cli/arguments.ts';
import { openOutput, readInput, writeObstacle } from '../../src/cli/files.ts';
import { LINES, ONE_TEXT, Output } from '../../src/cli/output.ts';
import { LIMITS } from '../limits.ts';
import { resultOf, runCommand, startCommand } from './commands.ts';

const onUnix = process.platform !== 'win32';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'path-sgd-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let said: string;
beforeEach(() => {
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  return () => void vi.restoreAllMocks();
});

const makePipe = (name: string): string => {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
};

const until = async (done: () => boolean): Promise<void> => {
  await vi.waitUntil(done, { timeout: LIMITS.wait, interval: 10 });
};

describe('a file of a command', () => {
  const file = () => join(folder, 'out.json');
  const write = (text: string, form = ONE_TEXT) =>
    Output.during(file(), form, (output) => output.write(text));

  test('that is to be whole appears at the end, replaces another with a word and keeps its permissions', async () => {
    rmSync(file(), { force: true });
    await write('first');
    expect([readFileSync(file(), 'utf8'), said]).toEqual(['first', '']);
    chmodSync(file(), 0o640);
    await Output.during(file(), ONE_TEXT, async (output) => {
      await output.write('sec');
      await output.write('ond');
      expect(readFileSync(file(), 'utf8')).toBe('first');
    });
    expect(readFileSync(file(), 'utf8')).toBe('second');
    expect(said).toBe(`${file()} exists and will be replaced.\n`);
    if (onUnix) expect(statSync(file()).mode & 0o777).toBe(0o640);
  });

  test.each([
    ['before there is something to write', async () => {}],
    ['after a part that is not whole', async (output: Output) => output.write('{"half":')],
  ])('stays as it was where the command fails %s, and nothing stands beside it', async (_, work) => {
    writeFileSync(file(), 'old');
    const beside = readdirSync(folder);
    const failing = Output.during(file(), ONE_TEXT, async (output) => {
      await work(output);
      throw new Error('no adapter');
    });
    await expect(failing).rejects.toThrow('no adapter');
    expect(readFileSync(file(), 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(beside);
  });

  test('of lines is opened at the first line after its opening', async () => {
    writeFileSync(file(), 'old');
    const failing = Output.during(file(), { ...LINES, toStandardOutput: false }, async (output) => {
      output.open('opening\n');
      await output.write('');
      throw new Error('no adapter');
    });
    await expect(failing).rejects.toThrow('no adapter');
    expect(readFileSync(file(), 'utf8')).toBe('old');
    await Output.during(file(), { ...LINES, toStandardOutput: false }, async (output) => {
      output.open('opening\n');
      await output.write('line\n');
      expect(readFileSync(file(), 'utf8')).toBe('opening\nline\n');
    });
  });

  test.runIf(onUnix)('that is a link stays one', async () => {
    const link = join(folder, 'link.json');
    symlinkSync(file(), link);
    await Output.during(link, ONE_TEXT, async (output) => output.write('through'));
    expect(readFileSync(file(), 'utf8')).toBe('through');
    expect(readFileSync(link, 'utf8')).toBe('through');
    rmSync(file());
    expect(existsSync(link)).toBe(false);
    expect(writeObstacle(link)).toBe('is a link to what does not exist');
  });

  test.skipIf(!existsSync('/dev/full'))('on a full disk says which', async () => {
    const writing = Output.during('/dev/full', ONE_TEXT, async (output) => output.write('text'));
    await expect(writing).rejects.toThrow(/^\/dev\/full could not be written: ENOSPC/);
    await expect(writing).rejects.not.toThrow(BadInputError);
  });

  test('that cannot be written is refused before any work', async () => {
    writeFileSync(join(folder, 'plain'), '');
    mkdirSync(join(folder, 'closed'), { mode: 0o500 });
    const isRoot = process.getuid?.() === 0;
    const cases: [string, RegExp][] = [
      ['', /it is empty$/],
      [folder, /it is a folder$/],
      [join(folder, 'none', 'a'), /it lies in .*none, which does not exist$/],
      [join(folder, 'plain', 'a'), /it lies in .*plain, which is no folder$/],
      [join(folder, 'plain', 'a', 'b'), /it lies in .*a, which does not exist$/],
      ...(isRoot || !onUnix
        ? []
        : ([[join(folder, 'closed', 'a'), /cannot be written/]] as [string, RegExp][])),
    ];
    const work = vi.fn();
    for (const [path, message] of cases) {
      const refused = Output.during(path, ONE_TEXT, work);
      await expect(refused).rejects.toThrow(BadInputError);
      await expect(refused).rejects.toThrow(message);
    }
    expect(work).not.toHaveBeenCalled();
  });
});

describe.runIf(onUnix)('a pipe', () => {
  test('without a reader is waited for, with a word; a reader that goes is no error', async () => {
    const pipe = makePipe('out.fifo');
    const writing = Output.during(pipe, ONE_TEXT, async (output) => output.write('text'));
    await until(() => said !== '');
    expect(said).toBe(`${pipe} is a pipe: waiting for someone to read it ...\n`);
    expect(await readFile(pipe, 'utf8')).toBe('text');
    await writing;

    const reader = spawn('head', ['-c', '1', pipe], { stdio: 'ignore' });
    const gone = new Promise((resolve) => reader.on('exit', resolve));
    await Output.during(pipe, ONE_TEXT, async (output) => {
      await output.write('x');
      await gone;
      await output.write('nobody reads this');
      expect(output.wanted).toBe(false);
    });
  });

  test('with a slow reader takes more than it holds', async () => {
    const pipe = makePipe('slow.fifo');
    const reader = spawn('sh', ['-c', `sleep 0.2; cat '${pipe}' | wc -c`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let counted = '';
    reader.stdout.on('data', (part) => {
      counted += part;
    });
    const done = new Promise((resolve) => reader.on('close', resolve));
    const file = await openOutput(pipe);
    writeFileSync(file, 'x'.repeat(1_000_000));
    closeSync(file);
    await done;
    expect(counted.trim()).toBe('1000000');
  });

  test('without a writer is waited for, with a word, and read to its end', async () => {
    const pipe = makePipe('in.fifo');
    const reading = readInput(pipe, 1e7);
    await until(() => said !== '');
    expect(said).toBe(`${pipe} is a pipe: waiting for what is written into it ...\n`);
    const text = 'to be or not to be\n'.repeat(100_000);
    await writeFile(pipe, text);
    expect(Buffer.from(await reading).toString()).toBe(text);
  });

  test('of more bytes than may be read, a folder and a device are refused', async () => {
    const pipe = makePipe('long.fifo');
    const reading = readInput(pipe, 1000);
    const writing = writeFile(pipe, 'x'.repeat(5000)).catch(() => {});
    await expect(reading).rejects.toThrow('it has more than 1000 bytes');
    await writing;
    await expect(readInput(folder, 1000)).rejects.toThrow('it is a folder');
    await expect(readInput('/dev/zero', 1000)).rejects.toThrow('it is a device');
    await expect(readInput(join(folder, 'none'), 1000)).rejects.toThrow(/ENOENT/);
  });
});

describe('commands that fail, or write to where standard output goes', () => {
  test('leave the file as it was', async () => {
    const file = join(folder, 'kept.jsonl');
    writeFileSync(file, 'old');
    // Names no driver, whatever the machine has.
    const noDriver = { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '/nonexistent' };
    const onLinux = process.platform === 'linux';
    const results = await Promise.all([
      runCommand('train', 'length=3', '--out', file),
      ...(['train', 'reachability'] as const)
        .filter(() => onLinux)
        .map((command) => {
          const steps = `--step${command === 'train' ? 's' : ''}=1`;
          const args = ['hidden=4&length=5', '--engine', 'webgpu', steps, '--out', file];
          return resultOf(startCommand(command, args, { env: noDriver }));
        }),
    ]);
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(
      [2, 1, 1].slice(0, results.length).map((code) => [code, '']),
    );
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  test.runIf(process.platform === 'linux')('/dev/stdout gets every line once', async () => {
    const args = ['hidden=4&length=5', '--steps', '2', '--every', '1', '--engine', 'cpu'];
    const result = await runCommand('train', ...args, '--out', '/dev/stdout');
    expect(result.code).toBe(0);
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(5);
  });
});
