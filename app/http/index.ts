export { type HttpProcesses, sharedPort, startHttpProcesses } from './cluster.ts';
export { type HttpService, type StartHttpOptions, startHttp } from './start.ts';
export type { StatusPage, StatusPageRequest, StatusPages } from './status-pages.ts';
