export type {
  DriverSnapshot,
  ModemDriver,
  ModemDriverConfig,
  ModemDriverDeps,
  ReceivedReport,
  ReceivedSms,
  SendOutcome,
} from './contract.ts';
export { createModemDriver } from './driver.ts';
export type { DriverLimits } from './limits.ts';
export type { PinLedger } from './pin-rule.ts';
