import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SEND_FAULTS, STANDING_FAULTS } from '../../app/simulator/fault-names.ts';
import { until } from '../support/rig.ts';
import { FastRig, type Message } from './fast-rig.ts';
import { LANES, type Row } from './rows.ts';

let fast: FastRig;

before(async () => {
  fast = await FastRig.create({ modems: LANES.length });
  await fast.rig.startApi();
  fast.rig.startModem();
  await Promise.all(LANES.map((_, index) => fast.modemReady(modemOf(index))));
});

after(() => fast.close());

it('every fault of the simulator has its row', () => {
  const named = new Set(LANES.flat().flatMap(({ faults }) => Object.keys(faults)));
  const known = [...Object.keys(SEND_FAULTS), ...STANDING_FAULTS];
  assert.deepEqual(
    known.filter((fault) => !named.has(fault)),
    [],
  );
});

describe('what becomes of messages under each fault', { concurrency: true }, () => {
  for (const [index, rows] of LANES.entries()) {
    describe(modemOf(index), { concurrency: 1 }, () => {
      for (const row of rows) {
        it(row.name, () => play(row, index));
      }
    });
  }
});

it('in the end nothing is in doubt and no part left twice in silence', async () => {
  await until('no message is uncertain', async () =>
    (await fast.conditions()).every(({ code }) => code !== 'messages-uncertain'),
  );
  const lines = fast.rig.journal();
  const twice = new Set(
    lines.filter((line, i) => lines.findIndex(same(line)) !== i).map((l) => l.to),
  );
  const allowed = LANES.flat().filter(({ lines: count }) => count === 2).length;
  assert.equal(twice.size, allowed, [...twice].join());
});

async function play(row: Row, index: number): Promise<void> {
  const modem = modemOf(index);
  await fast.rig.faults(row.faults, index);
  const messages: Message[] = [];
  for (let i = 0; i < (row.messages ?? 1); i++) {
    messages.push(await fast.post({ modem, text: row.name, ...row.fields }));
  }
  const { during } = row;
  if (during !== undefined) {
    for (const { id } of messages) {
      const message = await fast.reaches(id, during.status);
      if (during.code !== undefined) {
        assert.equal(message.error?.code, during.code);
      }
    }
  }
  const wanted = row.condition === null ? [] : [row.condition].flat();
  if (row.condition !== null) {
    await shows(modem, wanted, true);
    if (during !== undefined) {
      for (const { id } of messages) {
        assert.equal((await fast.message(id)).status, during.status);
      }
    }
  } else {
    for (const { id } of messages) {
      await fast.reaches(id, row.end);
    }
    const shown = (await fast.conditions(modem)).filter((one) => one.modem === modem);
    assert.deepEqual(shown, []);
  }

  await struck(index);
  await fast.rig.faults({}, index);
  if (row.resolve !== undefined) {
    for (const { id } of messages) {
      await fast.resolve(id, row.resolve);
    }
  }
  for (const { id, to } of messages) {
    if (
      row.mayDoubt === true &&
      (await fast.reaches(id, [row.end, 'uncertain'])).status !== row.end
    ) {
      assert.equal(fast.linesTo(to).length, 0);
      await fast.resolve(id, 'resend');
    }
    const message = await fast.reaches(id, row.end);
    assert.equal(fast.linesTo(to).length, row.lines ?? 1, JSON.stringify(message));
    assert.equal(message.modem ?? modem, modem);
  }
  const next = await fast.post({ modem, text: `after: ${row.name}` });
  await fast.reaches(next.id, 'delivered');
  assert.equal(fast.linesTo(next.to).length, 1);
  if (row.conditionStays !== true) {
    const gone = wanted.filter((code) => code !== 'messages-uncertain');
    await shows(modem, gone, false);
  }
}

/** Resolves when every fault that was told how often has struck so often. */
async function struck(index: number): Promise<void> {
  await until('the faults have struck', async () => {
    const { body } = await fast.rig.control('GET', '/faults', undefined, index);
    const left = Object.values(JSON.parse(body) as Record<string, boolean | { count?: number }>);
    return left.every((fault) => typeof fault === 'boolean' || (fault.count ?? 0) === 0);
  });
}

async function shows(modem: string, codes: readonly string[], wanted: boolean): Promise<void> {
  let shown: string[] = [];
  await until(
    `${codes.join(' or ')} of ${modem} ${wanted ? 'shows' : 'leaves'}`,
    async () => {
      shown = (await fast.conditions(modem)).map(({ code }) => code);
      return shown.some((code) => codes.includes(code)) === wanted;
    },
    60_000,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; shown: ${shown.join(', ')}`);
  });
}

function same(line: { to: string; text: string; part: number }) {
  return (other: { to: string; text: string; part: number }): boolean =>
    other.to === line.to && other.text === line.text && other.part === line.part;
}

function modemOf(index: number): string {
  return `modem${index + 1}`;
}
