import { GatewayError } from '../../app/domain/gateway-error.ts';
import { decodeDeliver, type SubmitFields } from '../../app/pdu/index.ts';

/** The plainest SMS-SUBMIT. */
export const SUBMIT: SubmitFields = {
  to: '+6281',
  text: 'x',
  encoding: 'gsm7',
  concat: null,
  validitySeconds: null,
  statusReport: false,
  flash: false,
};

/** An SMS-DELIVER from 12345 with the given octets in place. */
export function deliver(fields: {
  oa?: string;
  dcs?: string;
  scts?: string;
  ud?: string;
  fo?: string;
}): ReturnType<typeof decodeDeliver> {
  const { oa = '05812143F5', dcs = '00', scts = '62102001405082', ud = '00', fo = '04' } = fields;
  return decodeDeliver(`00${fo}${oa}00${dcs}${scts}${ud}`);
}

/** The code of the `GatewayError` that `action` throws. */
export const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
  return 'nothing thrown';
};
