import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePort } from '../../app/link/port-address.ts';

test('ports are read as written in the configuration', () => {
  assert.deepEqual(parsePort('serial:/dev/serial/by-id/usb-X-if02-port0?baud=9600'), {
    kind: 'serial',
    path: '/dev/serial/by-id/usb-X-if02-port0',
    baudRate: 9_600,
  });
  assert.deepEqual(parsePort('serial:/dev/ttyUSB0'), {
    kind: 'serial',
    path: '/dev/ttyUSB0',
    baudRate: 115_200,
  });
  assert.deepEqual(parsePort('tcp://127.0.0.1:7070'), {
    kind: 'tcp',
    host: '127.0.0.1',
    port: 7_070,
  });
  assert.deepEqual(parsePort('tcp://[::1]:7070'), { kind: 'tcp', host: '::1', port: 7_070 });
});

test('anything else is port-invalid', () => {
  for (const port of [
    '',
    'auto',
    'sim:',
    'serial:ttyUSB0',
    'serial:/dev/ttyUSB0?baud=fast',
    'serial:/dev/ttyUSB0?parity=even',
    'tcp://host',
    'tcp://host:0',
    'tcp://host:65536',
    'tcp://::1:7070',
    'http://host:80',
  ]) {
    assert.throws(() => parsePort(port), { code: 'port-invalid', retry: 'never' }, port);
  }
});
