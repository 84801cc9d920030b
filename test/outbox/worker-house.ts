import type { MessageId } from '../../app/domain/ids.ts';
import type { StatusReport } from '../../app/outbox/index.ts';
import { type House, MODEM, openHouse } from './fixtures.ts';

/** A house whose worker is told in few words: of part 1, with reference 7, unless told otherwise. */
export interface WorkerHouse extends House {
  status(id: MessageId): Promise<string | undefined>;
  /** The timeline's words. */
  events(id: MessageId): Promise<readonly string[] | undefined>;
  sent(seq: number, part?: number, reference?: number | null): Promise<void>;
  /** No answer came; a person decides. */
  uncertain(seq: number, part?: number): Promise<void>;
  /** Sequences of what the modem is offered. */
  ready(routes?: readonly string[]): Promise<readonly number[]>;
  report(fields?: Partial<StatusReport>): Promise<'matched' | 'settled' | 'unmatched'>;
}

export function ref(
  seq: number,
  part: number = 1,
): { readonly seq: number; readonly part: number; readonly modem: typeof MODEM } {
  return { seq, part, modem: MODEM };
}

export async function openWorkerHouse(): Promise<WorkerHouse> {
  const house = await openHouse();
  const { api, worker } = house;
  return {
    ...house,
    status: async (id) => (await api.getMessage(id))?.status,
    events: async (id) => (await api.getMessage(id))?.timeline.map((entry) => entry.event),
    sent: (seq, part = 1, reference = 7) =>
      worker.recordSent({ ...ref(seq, part), reference, at: house.at() }),
    uncertain: (seq, part = 1) =>
      worker.recordUncertain({
        ...ref(seq, part),
        code: 'no-answer',
        next: { kind: 'hold' },
        at: house.at(),
      }),
    ready: async (routes = []) =>
      (await worker.nextReady({ modem: MODEM, routes, limit: 100, excludeSeqs: [] })).map(
        (message) => message.seq,
      ),
    report: (fields = {}) =>
      worker.recordReport({
        modem: MODEM,
        iccid: '8962',
        reference: 7,
        recipient: '+6289610707901',
        serviceCentreAtMs: house.clock.nowMs(),
        dischargedAtMs: null,
        tpSt: 0,
        outcome: 'delivered',
        pdu: '0006',
        at: house.at(),
        ...fields,
      }),
  };
}
