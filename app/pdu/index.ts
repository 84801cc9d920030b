export {
  type DecodedDeliver,
  type DeliverFields,
  decodeDeliver,
  encodeDeliver,
} from './deliver.ts';
export { classifyDeliveryStatus } from './delivery-status.ts';
export { decodeFromNetwork } from './from-network.ts';
export { joinParts } from './join-parts.ts';
export { PduError } from './pdu-error.ts';
export { type Segmentation, segmentText } from './segment.ts';
export {
  type DecodedStatusReport,
  decodeStatusReport,
  encodeStatusReport,
} from './status-report.ts';
export { type DecodedSubmit, decodeSubmit, encodeSubmit, type SubmitFields } from './submit.ts';
export type { EncodedPdu } from './tpdu.ts';
export type { Concatenation } from './udh.ts';
