export type { Address } from './address.ts';
export type { CodingScheme, TextEncoding } from './dcs.ts';
export {
  type DecodedDeliver,
  type DeliverFields,
  decodeDeliver,
  encodeDeliver,
} from './deliver.ts';
export {
  classifyDeliveryStatus,
  type DeliveryOutcome,
  type DeliveryStatus,
} from './delivery-status.ts';
export { decodeFromNetwork } from './from-network.ts';
export { type JoinablePart, type JoinedText, joinParts } from './join-parts.ts';
export { PduError } from './pdu-error.ts';
export { type Segmentation, type SegmentOptions, segmentText } from './segment.ts';
export {
  type DecodedStatusReport,
  decodeStatusReport,
  encodeStatusReport,
  type StatusReportFields,
} from './status-report.ts';
export { type DecodedSubmit, decodeSubmit, encodeSubmit, type SubmitFields } from './submit.ts';
export type { EncodedPdu } from './tpdu.ts';
export type { Concatenation, InformationElement, Ports, UserDataHeader } from './udh.ts';
export type { UserData } from './user-data.ts';
export type { Validity } from './validity.ts';
