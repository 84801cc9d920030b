import assert from 'node:assert/strict';
import { AtChannel } from '../../app/at/at-channel.ts';
import type { LateResult, PduRequest, PduResult, Urc } from '../../app/at/at-types.ts';
import type { GatewayError } from '../../app/domain/gateway-error.ts';
import type { Logger } from '../../app/domain/logger.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeLink } from './fake-link.ts';

export const SILENT_LOGGER: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** A SUBMIT to +62811223344 with the stored service centre; 18 octets of TPDU. */
const PDU = '0011000B912618112233F40000FF05E8329BFD06'.padEnd(38, '0').slice(0, 38);

interface Bench {
  readonly channel: AtChannel;
  readonly link: FakeLink;
  readonly clock: FakeClock;
  readonly pdu: string;
  readonly urcs: Urc[];
  readonly late: LateResult[];
  readonly closes: (GatewayError | null)[];
  readonly trace: string[];
  sendPdu(changes?: Partial<PduRequest>): Promise<PduResult>;
  /** Nothing runs, no timer waits. */
  assertIdle(): void;
}

/** A channel on a link in memory with a clock that moves by hand. */
export function openChannel(): Bench {
  const link = new FakeLink();
  const clock = new FakeClock();
  const urcs: Urc[] = [];
  const late: LateResult[] = [];
  const closes: (GatewayError | null)[] = [];
  const trace: string[] = [];
  const channel = new AtChannel(link, {
    clock,
    logger: SILENT_LOGGER,
    onUrc: (urc) => urcs.push(urc),
    onClose: (error) => closes.push(error),
    onLateResult: (result) => late.push(result),
    trace: (direction, bytes) =>
      trace.push(`${direction} ${Buffer.from(bytes).toString('latin1')}`),
  });
  return {
    channel,
    link,
    clock,
    pdu: PDU,
    urcs,
    late,
    closes,
    trace,
    sendPdu: (changes = {}) =>
      channel.sendPdu({
        lengthCommand: 'AT+CMGS=18',
        pdu: PDU,
        promptTimeoutMs: 5_000,
        resultTimeoutMs: 60_000,
        handOver: async () => 'committed',
        maxHandOverMs: 3_000,
        ...changes,
      }),
    assertIdle: () => assert.equal(clock.pendingTimers(), 0, 'a timer still waits'),
  };
}
