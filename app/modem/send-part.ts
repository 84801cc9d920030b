import type { PduRequest, PduResult } from '../at/at-types.ts';
import type { Logger } from '../domain/logger.ts';
import type { SendOutcome } from './contract.ts';
import { settleSend } from './settle-send.ts';

export interface SendDeps {
  sendPdu(request: PduRequest): Promise<PduResult>;
  readonly promptMs: number;
  readonly resultMs: number;
  readonly handOverMs: number;
  readonly family: string;
  readonly logger: Logger;
  /** Asked at the prompt: the modem is no longer in the mode it was set to. */
  readonly mustNotWrite: () => boolean;
  /** Just before Ctrl-Z: from here on a late answer may come. */
  readonly onCtrlZ: () => void;
}

/**
 * Sends one part: one command, one commit, one PDU. Whatever goes wrong, the outcome says whether the
 * network can have taken it. Never rejects.
 */
export async function sendPart(
  part: { readonly pdu: string; readonly tpduLength: number },
  handOver: () => Promise<'committed' | 'gone'>,
  deps: SendDeps,
): Promise<SendOutcome> {
  let bracketed = false;
  let ctrlZ = false;
  let restarted = false;
  try {
    const result = await deps.sendPdu({
      lengthCommand: `AT+CMGS=${part.tpduLength}`,
      pdu: part.pdu,
      promptTimeoutMs: deps.promptMs,
      resultTimeoutMs: deps.resultMs,
      maxHandOverMs: deps.handOverMs,
      handOver: async () => {
        if (deps.mustNotWrite()) {
          restarted = true;
          return 'gone';
        }
        // Until it says that it is not, the bracket may be on the disk.
        bracketed = true;
        const committed = await handOver();
        bracketed = committed === 'committed';
        return committed;
      },
      onCtrlZ: () => {
        ctrlZ = true;
        deps.onCtrlZ();
      },
    });
    return restarted
      ? { kind: 'not-handed-over', code: 'modem-reset', bracketed: false }
      : outcomeOf(result, bracketed, deps.family);
  } catch (error) {
    deps.logger.error({ err: error }, 'an SMS could not be handed to the modem');
    return ctrlZ
      ? { kind: 'unknown', code: 'interrupted-after-hand-over' }
      : {
          kind: 'not-handed-over',
          code: bracketed ? 'storage-failing' : 'link-lost',
          bracketed,
        };
  }
}

function outcomeOf(result: PduResult, bracketed: boolean, family: string): SendOutcome {
  switch (result.kind) {
    case 'sent':
      return { kind: 'sent', reference: result.reference, tookMs: result.tookMs };
    case 'gone':
      return { kind: 'gone' };
    case 'refused':
      return result.phase === 'after-ctrl-z'
        ? settleSend(result.error, result.afterMs, true, family)
        : settleSend(result.error, null, bracketed || result.bracketOpen, family);
    case 'no-prompt':
      return {
        kind: 'not-handed-over',
        code: 'no-prompt',
        bracketed: bracketed || result.bracketOpen,
      };
    case 'hand-over-too-slow':
      return { kind: 'not-handed-over', code: 'hand-over-too-slow', bracketed };
    case 'lost-before-ctrl-z':
      return {
        kind: 'not-handed-over',
        code: result.reason === 'reset' ? 'modem-reset' : 'link-lost',
        bracketed: bracketed || result.bracketOpen,
      };
    case 'unknown':
      return { kind: 'unknown', code: UNKNOWN_CODES[result.reason] };
  }
}

const UNKNOWN_CODES: Readonly<Record<(PduResult & { kind: 'unknown' })['reason'], string>> = {
  silence: 'no-answer',
  'link-lost': 'link-lost-after-hand-over',
  'bare-error': 'bare-error',
  reset: 'modem-reset-after-hand-over',
};
