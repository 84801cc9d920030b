import type { HttpContext } from '../context.ts';
import { enqueueRoutes } from './enqueue.ts';
import { gatewayRoutes } from './gateway.ts';
import { inboxRoutes } from './inbox.ts';
import { messageRoutes } from './messages.ts';
import { modemRoutes } from './modems.ts';
import type { Route } from './route.ts';

/** The route table. */
export function allRoutes(context: HttpContext): readonly Route[] {
  const routes: readonly Route[] = [
    ...enqueueRoutes(context),
    ...messageRoutes(context),
    ...inboxRoutes(context),
    ...modemRoutes(context),
    ...gatewayRoutes(context, () => routes),
  ];
  return routes;
}
