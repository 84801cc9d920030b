import type { Readable } from 'node:stream';
import type { Logger } from '../domain/logger.ts';
import { type ChildStart, type RunningChild, startChild } from './child-process.ts';

export interface ChildPlan {
  readonly name: string;
  /** `facts` are those of every child that was ready, by name. */
  readonly start: (facts: ReadonlyMap<string, Readonly<Record<string, unknown>>>) => ChildStart;
  readonly output: ((stream: Readable) => void) | null;
}

interface SupervisorOptions {
  /** Children of one stage start together, after those of the stage before; they stop in reverse. */
  readonly stages: readonly (readonly ChildPlan[])[];
  readonly logger: Logger;
  /** How long a child may take to stop before it is killed. */
  readonly stopGraceMs: number;
  /** Waits before the first, second, … restart in a row; the last one holds. */
  readonly backOffMs?: readonly number[];
}

const BACK_OFF_MS = [250, 500, 1_000, 2_000, 5_000, 10_000, 30_000];
/** A child that lived this long starts its row of restarts anew. */
const SETTLED_MS = 60_000;

interface Post {
  readonly plan: ChildPlan;
  child: RunningChild | null;
  restarts: number;
  timer: NodeJS.Timeout | null;
}

/** Keeps a few Node processes running, and stops them in order. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #facts = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #posts: readonly (readonly Post[])[];
  #stopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#posts = options.stages.map((stage) =>
      stage.map((plan) => ({ plan, child: null, restarts: 0, timer: null })),
    );
  }

  /** Facts of every child that is or was ready. */
  get facts(): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
    return this.#facts;
  }

  /**
   * Resolves when all are ready; `afterFirstStage` is awaited before the second one starts. Rejects
   * with the sentence of the first that cannot start.
   */
  async start(afterFirstStage: () => Promise<void> = async () => {}): Promise<void> {
    for (const [index, stage] of this.#posts.entries()) {
      if (this.#stopping) {
        return;
      }
      await Promise.all(
        stage.map(async (post) => {
          const child = this.#launch(post);
          this.#facts.set(post.plan.name, await child.ready);
          this.#watch(post, child);
        }),
      );
      if (index === 0) {
        await afterFirstStage();
      }
    }
  }

  signalAll(signal: NodeJS.Signals): void {
    for (const post of this.#posts.flat()) {
      post.child?.signal(signal);
    }
  }

  /** Ends all, the last stage first. Resolves with whether none had to be killed. */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    let clean = true;
    for (const stage of this.#posts.toReversed()) {
      const results = await Promise.all(stage.map((post) => this.#stopOne(post)));
      clean = clean && results.every(Boolean);
    }
    return clean;
  }

  /** Ends all at once. */
  kill(): void {
    this.#stopping = true;
    this.signalAll('SIGKILL');
  }

  #launch(post: Post): RunningChild {
    const child = startChild(post.plan.name, post.plan.start(this.#facts), post.plan.output);
    post.child = child;
    void child.ended.then(() => {
      if (post.child === child) {
        post.child = null;
      }
    });
    return child;
  }

  /** From now on the child is started again whenever it ends. */
  #watch(post: Post, child: RunningChild): void {
    const { logger, backOffMs = BACK_OFF_MS } = this.#options;
    const since = performance.now();
    void child.ready.then(
      (facts) => this.#facts.set(post.plan.name, facts),
      (error: unknown) => {
        logger.warn({ child: post.plan.name, error: String(error) }, 'child could not start');
      },
    );
    void child.ended.then(({ code, signal }) => {
      if (this.#stopping) {
        return;
      }
      if (performance.now() - since > SETTLED_MS) {
        post.restarts = 0;
      }
      const waitMs = backOffMs[Math.min(post.restarts, backOffMs.length - 1)] ?? 0;
      post.restarts += 1;
      logger.warn({ child: post.plan.name, code, signal, waitMs }, 'child ended, starts again');
      post.timer = setTimeout(() => {
        post.timer = null;
        this.#watch(post, this.#launch(post));
      }, waitMs);
    });
  }

  async #stopOne(post: Post): Promise<boolean> {
    if (post.timer !== null) {
      clearTimeout(post.timer);
      post.timer = null;
    }
    const { child } = post;
    if (child === null) {
      return true;
    }
    child.signal('SIGTERM');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, this.#options.stopGraceMs, 'late');
    });
    const result = await Promise.race([child.ended, late]);
    clearTimeout(timer);
    if (result !== 'late') {
      return true;
    }
    this.#options.logger.error({ child: post.plan.name }, 'child did not stop, killed');
    child.signal('SIGKILL');
    await child.ended;
    return false;
  }
}
