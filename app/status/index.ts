export { createStatus, type Status, type StatusOptions } from './create-status.ts';
export { lastRestartReader } from './last-restart.ts';
export { LoopDelay } from './loop-delay.ts';
export type { PageRequest, RenderedPage } from './page.ts';
export type { Readiness } from './readiness.ts';
export type { StatusDocument, Traffic } from './status-document.ts';
export type { TrafficCounts } from './traffic-meter.ts';
