import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from '../../app/modem/limits.ts';
import { type Due, PulseSchedule } from '../../app/modem/pulse-schedule.ts';

const LIMITS = {
  ...DEFAULT_LIMITS,
  pulseMs: 30,
  pollMs: 60,
  checkMs: 100,
  simRetryMs: 20,
};

/** What is taken, with its time, when each wait is waited out. */
function taken(schedule: PulseSchedule, untilMs: number): string[] {
  const jobs: string[] = [];
  for (let nowMs = 0; nowMs < untilMs; ) {
    const due: Due = schedule.next(nowMs, false);
    if (due.job === 'wait') {
      nowMs += due.forMs;
    } else {
      jobs.push(`${nowMs} ${due.job}`);
    }
  }
  return jobs;
}

test('each job comes at its own rhythm, the radio first', () => {
  assert.deepEqual(taken(new PulseSchedule(LIMITS, true, 0), 101), [
    '30 pulse',
    '60 pulse',
    '60 poll',
    '90 pulse',
    '100 check',
  ]);
});

test('without a usable SIM only radio and SIM are looked at', () => {
  assert.deepEqual(taken(new PulseSchedule(LIMITS, false, 0), 61), [
    '20 sim',
    '30 pulse',
    '40 sim',
    '60 sim',
    '60 pulse',
  ]);
});

test('an announced message goes first; a check can be asked for earlier', () => {
  const schedule = new PulseSchedule(LIMITS, true, 0);
  assert.deepEqual(schedule.next(1_000, true), { job: 'inbound' });
  schedule.checkBy(10);
  assert.deepEqual(taken(schedule, 11), ['10 check']);
});
