import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exitOf, until } from '../support/rig.ts';
import { FastRig } from './fast-rig.ts';

const WRONG_PIN = '9876';
/** `AT+CPIN="9876"` and its CR. */
const OCTETS = 15;
const RESTARTS = 10;
const TRIES = 3;

/** The worker dies when so many octets were written; each time at a modem of its own. */
const DEATHS = Array.from({ length: OCTETS + 1 }, (_, octets) => octets);

let fast: FastRig;

before(async () => {
  fast = await FastRig.create({ modems: DEATHS.length });
  await fast.rig.startApi();
});

after(() => fast.close());

test('killed at any octet of the PIN and started ten times, the worker has tried once', async () => {
  const pins = Object.fromEntries(DEATHS.map((index) => [`PISANG_MODEMS_${index}_PIN`, WRONG_PIN]));
  for (const octets of DEATHS) {
    await fast.rig.faults({ pinRequired: true }, octets);
    const worker = fast.rig.startModem({
      ...pins,
      PISANG_TEST_KILL_AT_PIN_OCTET: String(octets),
    });
    assert.equal(await exitOf(worker), 'SIGKILL', `it died at octet ${octets}`);
    const used = octets === OCTETS ? 1 : 0;
    assert.equal((await fast.simulator(octets)).sim.pinTries, TRIES - used);
  }
  for (let start = 1; start <= RESTARTS; start++) {
    const worker = fast.rig.startModem(pins);
    await until(`start ${start} has looked at every SIM`, () => {
      const refusals = fast.rig
        .log('modem')
        .split('\n')
        .filter((line) => line.includes(`"pid":${worker.pid},`) && line.includes('"tried-before"'));
      return refusals.length >= DEATHS.length;
    });
    if (start === RESTARTS) {
      await until('the status names every SIM', async () => {
        const shown = (await fast.conditions()).filter(({ code }) => code === 'sim-pin-refused');
        return shown.length === DEATHS.length;
      });
    }
    await fast.rig.kill(worker);
  }
  for (const octets of DEATHS) {
    const { pinTries } = (await fast.simulator(octets)).sim;
    assert.ok(pinTries >= TRIES - 1, `${TRIES - pinTries} tries used after octet ${octets}`);
  }
});

test('a stored PIN that is right opens the SIM after a restart of the modem, and is not counted', async () => {
  const right = await FastRig.create({ modems: 1 });
  try {
    await right.rig.startApi();
    await right.rig.faults({ pinRequired: true });
    right.rig.startModem({ PISANG_MODEMS_0_PIN: '1234' });
    const { id } = await right.post();
    await right.reaches(id, 'delivered');
    assert.equal((await right.simulator()).sim.pinTries, TRIES);
  } finally {
    await right.close();
  }
});
