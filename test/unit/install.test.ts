import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dawnProblem, problemOf, tryScript } from '../../src/cli/dawnProbe.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'path-sgd-install-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const node = (args: readonly string[], env = {}) =>
  new Promise<{ code: number | null; said: string }>((resolve) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part) => {
        said += part;
      });
    }
    child.on('close', (code) => resolve({ code, said }));
  });

// Windows allows no such names.
describe.runIf(process.platform !== 'win32')('a folder that the tools cannot work in', () => {
  const scriptsIn = (name: string): string => {
    const scripts = join(folder, name, 'scripts');
    mkdirSync(scripts, { recursive: true });
    for (const script of ['install', 'browsers', 'build', 'start', 'test', 'run']) {
      cpSync(`scripts/${script}.mjs`, join(scripts, `${script}.mjs`));
    }
    return scripts;
  };

  test.each(['a#b', 'a?b'])('%s: a line says so, with exit code 1', async (name) => {
    const scripts = scriptsIn(name);
    const results = await Promise.all(
      ['build', 'start', 'test'].map((script) => node([join(scripts, `${script}.mjs`)])),
    );
    for (const { code, said } of results) {
      expect(code).toBe(1);
      expect(said).toMatch(
        /^The project lies in .*a[#?]b: .* a folder with # or \? in its path\. Rename .*\n$/,
      );
    }
  });

  test('commands work in one with #, % and spaces, and say that they do not in one with ?', async () => {
    const refused = await node([join(scriptsIn('a?b'), 'run.mjs'), 'src/cli/train.ts', '']);
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/^The project lies in .*a\?b: tsx, .* with \? in its path\. Rename .*\n$/);

    const allowed = join(folder, 'a #%20é');
    for (const part of ['src', 'shaders', 'package.json', 'tsconfig.json', 'scripts', 'node_modules/tsx']) {
      const there = join(allowed, part);
      mkdirSync(join(there, '..'), { recursive: true });
      cpSync(part, there, { recursive: true, filter: (file) => file !== join('src', 'page') });
    }
    writeFileSync(
      join(allowed, 'link.mjs'),
      `import { symlinkSync } from 'node:fs'; for (const name of ['valibot', 'esbuild', '@esbuild', 'jsep', 'ml-matrix'])
        symlinkSync(${JSON.stringify(process.cwd())} + '/node_modules/' + name, 'node_modules/' + name);`,
    );
    execFileSync(process.execPath, ['link.mjs'], { cwd: allowed });
    const args = ['hidden=4&length=5', '--steps', '1', '--every', '1', '--engine', 'cpu'];
    const { code, said } = await node([join(allowed, 'scripts', 'run.mjs'), 'src/cli/train.ts', ...args]);
    expect(said).toMatch(/"step":1,"lane":1,"loss":/);
    expect(code).toBe(0);
  });
});

test.each([
  ['127.0.0.1', []],
  ['0.0.0.0', ['--host']],
  ['127.0.0.1', ['--dev']],
] as const)('--port that is taken on %s is refused (%j)', async (host, flags) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { code, said } = await node(['scripts/start.mjs', ...flags, '--port', String(port)]);
  server.close();
  expect([code, said]).toEqual([
    1,
    `--port is ${port}, but another program uses it: choose another, or leave --port out.\n`,
  ]);
});

test.each(['0', '65536', '0x50', '1e3', ''])('"%s" is no port', async (port) => {
  const { code, said } = await node(['scripts/start.mjs', '--port', port]);
  expect(code).toBe(2);
  expect(said).toContain('it must be a whole number from 1 to 65535');
});

test('where a browser is missing, each part that needs it is one failure with what to install', async () => {
  const { code, said } = await node(['scripts/test.mjs', 'gpu', 'page', 'browsers'], {
    CHROMIUM_PATH: '/nonexistent/chromium',
    FIREFOX_PATH: '/nonexistent/firefox',
  });
  expect(code).toBe(1);
  expect(said.trimEnd().split('\n').at(-1)).toBe('0 passed, 3 failed');
  const chromium = 'CHROMIUM_PATH is /nonexistent/chromium: there is no program.';
  // Once at the start and once in each part.
  expect(said.split(chromium)).toHaveLength(5);
  expect(said).toContain('FIREFOX_PATH is /nonexistent/firefox: there is no program.');
  expect(said).not.toMatch(/playwright/i);
});

describe('Dawn is tried in another process', () => {
  const script = (text: string): string => {
    const file = join(folder, 'probe.mjs');
    writeFileSync(file, text);
    return file;
  };

  test('which tells a crash, an error and a hang apart', async () => {
    expect(await tryScript(script('process.exit(0);'), 60_000)).toBe('well');
    expect(await tryScript(script('process.exit(3);'), 60_000)).toEqual({ code: 3 });
    expect(await tryScript(script('for (;;);'), 500)).toBe('timeout');
    if (process.platform === 'win32') return;
    const crash = script("process.kill(process.pid, 'SIGBUS'); setInterval(() => {}, 1000);");
    expect(await tryScript(crash, 60_000)).toEqual({ signal: 'SIGBUS' });
  });

  test('what it tells is said with the file and what to do', () => {
    expect(problemOf('well', 'dawn.node')).toBeNull();
    expect(problemOf('unknown', 'dawn.node')).toBeNull();
    expect(problemOf({ signal: 'SIGBUS' }, 'dawn.node')).toBe(
      'Dawn, which brings WebGPU to Node, crashed (SIGBUS) when it was tried: its file dawn.node may be damaged. "npm ci" installs it anew.',
    );
    expect(problemOf('timeout', 'dawn.node')).toContain('did not answer within 30 seconds');
    expect(problemOf({ code: 3 }, 'dawn.node')).toContain('failed (exit code 3)');
  });

  test('once for each binary', async () => {
    let tries = 0;
    const probe = async () => {
      tries++;
      return 'well' as const;
    };
    expect(await dawnProblem(probe)).toBeNull();
    expect(await dawnProblem(probe)).toBeNull();
    expect(tries).toBeLessThanOrEqual(1);
  });
});

test.runIf(existsSync('.git'))('every text file has the same bytes in every clone', () => {
  const lines = execFileSync('git', ['ls-files', '--eol'], { encoding: 'utf8' }).trimEnd().split('\n');
  for (const line of lines) expect(line).toMatch(/^i\/(lf|none|-text) .*attr\/text=auto eol=lf/);
});
