import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ChildPlan, Supervisor } from '../../app/commands/supervisor.ts';
import type { Logger } from '../../app/domain/logger.ts';
import { isAlive, startProgram, until } from '../support/processes.ts';

const CHILD = fileURLToPath(new URL('./main-child.js', import.meta.url));
const SUPERVISOR = fileURLToPath(new URL('./main-supervisor.js', import.meta.url));

function loggerInto(lines: string[]): Logger {
  const say = (fields: object, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return { debug: say, info: say, warn: say, error: say };
}

function plan(name: string, output: string[], mode: string): ChildPlan {
  return {
    name,
    start: (facts) => ({
      argv: [CHILD, mode, ...facts.keys()],
      environment: process.env,
    }),
    output: (stream: Readable) =>
      stream
        .setEncoding('utf8')
        .on('data', (text: string) => output.push(`${name}: ${text.trim()}`)),
  };
}

test('stages start one after another and stop in reverse', async () => {
  const output: string[] = [];
  const supervisor = new Supervisor({
    stages: [[plan('first', output, 'ready')], [plan('second', output, 'ready')]],
    logger: loggerInto([]),
    stopGraceMs: 5_000,
  });
  await supervisor.start();
  assert.deepEqual(supervisor.facts.get('second')?.['argv'], ['first']);
  assert.equal(await supervisor.stop(), true);
  await until('all output', () => output.length === 4);
  assert.deepEqual(output, [
    'first: started',
    'second: started first',
    'second: stopped',
    'first: stopped',
  ]);
});

test('a killed child is started again, and says who it is', async () => {
  const lines: string[] = [];
  const supervisor = new Supervisor({
    stages: [[plan('one', [], 'ready')]],
    logger: loggerInto(lines),
    stopGraceMs: 5_000,
    backOffMs: [10],
  });
  await supervisor.start();
  const pid = (): number => Number(supervisor.facts.get('one')?.['pid']);
  for (let round = 0; round < 2; round += 1) {
    const before = pid();
    process.kill(before, 'SIGKILL');
    await until('a new child', () => pid() !== before);
  }
  const line =
    'child ended, starts again {"child":"one","code":null,"signal":"SIGKILL","waitMs":10}';
  assert.deepEqual(lines, [line, line]);
  const last = pid();
  assert.equal(await supervisor.stop(), true);
  assert.equal(isAlive(last), false);
});

test('a child that cannot start ends the start with its own sentence', async () => {
  const supervisor = new Supervisor({
    stages: [[plan('good', [], 'ready'), plan('bad', [], 'fail')]],
    logger: loggerInto([]),
    stopGraceMs: 5_000,
  });
  await assert.rejects(supervisor.start(), { code: 'address-in-use', message: 'port 1 is taken' });
  assert.equal(await supervisor.stop(), true);
});

test('a child that does not stop is killed after the grace', async () => {
  const lines: string[] = [];
  const supervisor = new Supervisor({
    stages: [[plan('deaf', [], 'deaf')]],
    logger: loggerInto(lines),
    stopGraceMs: 50,
  });
  await supervisor.start();
  assert.equal(await supervisor.stop(), false);
  assert.deepEqual(lines, ['child did not stop, killed {"child":"deaf"}']);
  assert.equal(isAlive(Number(supervisor.facts.get('deaf')?.['pid'])), false);
});

test('a stop during the back-off starts nothing more', async () => {
  const supervisor = new Supervisor({
    stages: [[plan('one', [], 'ready')]],
    logger: loggerInto([]),
    stopGraceMs: 1_000,
    backOffMs: [60_000],
  });
  await supervisor.start();
  const pid = Number(supervisor.facts.get('one')?.['pid']);
  process.kill(pid, 'SIGKILL');
  await until('the child is gone', () => !isAlive(pid));
  assert.equal(await supervisor.stop(), true);
});

test('no child outlives a supervisor that was killed', async () => {
  const program = startProgram([SUPERVISOR]);
  await until('the children run', () => program.stdout().includes(']'));
  const pids = JSON.parse(program.stdout()) as number[];
  assert.deepEqual(pids.map(isAlive), [true, true]);
  process.kill(program.pid, 'SIGKILL');
  await until('the children are gone', () => !pids.some(isAlive), 3_000);
  await program.ended;
});
