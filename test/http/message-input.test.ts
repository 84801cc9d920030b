import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayConfig, ModemConfig } from '../../app/domain/config.ts';
import { recipientReader } from '../../app/domain/recipient.ts';
import { messageReader } from '../../app/http/message-input.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Pointers of what is wrong with a message, in a house whose modems have these routes. */
function faults(routes: Readonly<Record<string, readonly string[]>>, body: object): string[] {
  const modems = Object.entries(routes).map(([id, of]) => ({ id, routes: of }) as ModemConfig);
  const config = { queue: { onUncertain: 'hold' }, modems, defaultRegion: 'ID' };
  const read = messageReader(
    config as unknown as GatewayConfig,
    recipientReader('ID'),
    new FakeClock(),
  );
  const checked = read({ text: 'a', ...body }, '');
  return 'errors' in checked ? checked.errors.map(({ pointer }) => pointer) : [];
}

test('a number that no modem serves is refused, not kept for ever', () => {
  const routes = { m1: ['+62811', '+62812'], m2: ['+62817'] };
  assert.deepEqual(faults(routes, { to: '0812 1234567' }), []);
  assert.deepEqual(faults(routes, { to: '+62817123456' }), []);
  assert.deepEqual(faults(routes, { to: '+62896123456' }), ['/to']);
  assert.deepEqual(faults(routes, { to: '123' }), ['/to']);
});

test('a modem that is named, or one without routes, serves every number', () => {
  assert.deepEqual(faults({ m1: ['+62811'] }, { to: '+62896123456', modem: 'm1' }), []);
  assert.deepEqual(faults({ m1: ['+62811'], m2: [] }, { to: '+62896123456' }), []);
  assert.deepEqual(faults({}, { to: '+62896123456' }), []);
});
