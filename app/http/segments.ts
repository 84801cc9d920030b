import { GatewayError } from '../domain/gateway-error.ts';
import type { Encoding, EncodingChoice } from '../domain/message.ts';
import { segmentText } from '../pdu/index.ts';

export const MOST_SEGMENTS = 10;

export interface Counted {
  readonly encoding: Encoding;
  readonly segments: number;
}

/** The ASCII characters that take one septet each in GSM-7 (23.038 §6.2.1): most messages. */
const ONE_PLAIN_PART = /^[A-Za-z0-9 \r\n!"#%&'()*+,\-./:;<=>?@_$]{1,160}$/;
const ONE_PART: Counted = { encoding: 'gsm7', segments: 1 };

/** How a text would be sent, or the sentence why it can't be. */
export function countSegments(text: string, encoding: EncodingChoice): Counted | string {
  if (encoding !== 'ucs2' && ONE_PLAIN_PART.test(text)) {
    return ONE_PART;
  }
  if (text.includes('\0')) {
    return 'must not contain the character NUL';
  }
  if (/\p{Surrogate}/u.test(text)) {
    return 'must not contain half of a surrogate pair; send whole characters';
  }
  try {
    const cut = segmentText(text, { encoding });
    return cut.parts.length > MOST_SEGMENTS
      ? `takes ${cut.parts.length} SMS parts in ${cut.encoding}; at most ${MOST_SEGMENTS} are allowed, shorten it`
      : { encoding: cut.encoding, segments: cut.parts.length };
  } catch (error) {
    if (error instanceof GatewayError) {
      return `can't be sent as gsm7: ${error.message}`;
    }
    throw error;
  }
}
