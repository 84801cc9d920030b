const DAY_MS = 24 * 3_600_000;
const KEPT_TIMES = 100;
const HOUR_MS = 3_600_000;
const KEPT_REJECTIONS = 100;
const BUSY_WINDOW_MS = 15 * 60_000;
/** What the word "refuses" is judged over: successes in between do not hide it. */
const RECENT_TRIES = 20;

/** Counts of one hour of one modem. */
interface Hour {
  readonly startMs: number;
  sent: number;
  failed: number;
}

/**
 * Figures about one modem's sending for the status page, kept in memory: they start anew with the
 * process. Monotonic milliseconds in; bounded.
 */
export class SendStats {
  #tookMs: number[] = [];
  #sentAtMs: number[] = [];
  #hours: Hour[] = [];
  #noAnswerInRow = 0;
  /** Refusals since the last success. */
  #rejections: { readonly to: string; readonly atMs: number }[] = [];
  /** Tries that the network answered, the newest last: the code of a refusal, or null for success. */
  #recent: (string | null)[] = [];
  #lastErrorCode: string | null = null;
  #lastSentAt: string | null = null;
  #lastReceivedAt: string | null = null;

  recordSent(tookMs: number | null, nowMs: number, wallMs: number): void {
    if (tookMs !== null) {
      this.#tookMs = [...this.#tookMs.slice(1 - KEPT_TIMES), tookMs];
    }
    this.#sentAtMs.push(nowMs);
    if (this.#sentAtMs.length > 2_000) {
      this.#sentAtMs = this.#sentAtMs.slice(-1_000);
    }
    this.#hour(nowMs).sent += 1;
    this.#addRecent(null);
    if (isOver(this.#recent)) {
      this.#recent = [];
    }
    this.#noAnswerInRow = 0;
    this.#rejections = [];
    this.#lastErrorCode = null;
    this.#lastSentAt = new Date(wallMs).toISOString();
  }

  recordFailure(code: string, unanswered: boolean, nowMs: number): void {
    this.#hour(nowMs).failed += 1;
    this.#noAnswerInRow = unanswered ? this.#noAnswerInRow + 1 : this.#noAnswerInRow;
    this.#lastErrorCode = code;
  }

  /** Modem or network refused a part that another recipient's might share the fate of. */
  recordRejection(to: string, code: string, nowMs: number): void {
    this.#addRecent(code);
    const recent = this.#rejections.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
    this.#rejections = [...recent.slice(1 - KEPT_REJECTIONS), { to, atMs: nowMs }];
  }

  recordReceived(wallMs: number): void {
    this.#lastReceivedAt = new Date(wallMs).toISOString();
  }

  figures(nowMs: number): {
    readonly measuredPerMinute: number | null;
    readonly sendP50Ms: number | null;
    readonly sendP95Ms: number | null;
    readonly success24hRatio: number | null;
    readonly rejectedInRow: number;
    readonly rejectedRecipients: number;
    readonly recentTries: number;
    readonly recentRefused: number;
    readonly recentRefusalCode: string | null;
    readonly noAnswerInRow: number;
    readonly lastErrorCode: string | null;
    readonly lastSentAt: string | null;
    readonly lastReceivedAt: string | null;
  } {
    const sorted = [...this.#tookMs].sort((a, b) => a - b);
    const hours = this.#hours.filter((hour) => hour.startMs > nowMs - DAY_MS);
    const rejections = this.#rejections.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
    const refusals = this.#recent.filter((code) => code !== null);
    const sent = hours.reduce((sum, hour) => sum + hour.sent, 0);
    const failed = hours.reduce((sum, hour) => sum + hour.failed, 0);
    return {
      measuredPerMinute: this.#perMinute(nowMs),
      sendP50Ms: quantile(sorted, 0.5),
      sendP95Ms: quantile(sorted, 0.95),
      success24hRatio: sent + failed === 0 ? null : sent / (sent + failed),
      rejectedInRow: rejections.length,
      rejectedRecipients: new Set(rejections.map(({ to }) => to)).size,
      recentTries: this.#recent.length,
      recentRefused: refusals.length,
      recentRefusalCode: refusals.at(-1) ?? null,
      noAnswerInRow: this.#noAnswerInRow,
      lastErrorCode: this.#lastErrorCode,
      lastSentAt: this.#lastSentAt,
      lastReceivedAt: this.#lastReceivedAt,
    };
  }

  /** Parts per minute over the last 15 minutes in which something was sent, or null. */
  #perMinute(nowMs: number): number | null {
    const recent = this.#sentAtMs.filter((at) => at > nowMs - BUSY_WINDOW_MS);
    const first = recent[0];
    if (first === undefined || recent.length < 2) {
      return null;
    }
    const last = recent[recent.length - 1] ?? first;
    return last > first ? ((recent.length - 1) * 60_000) / (last - first) : null;
  }

  #addRecent(code: string | null): void {
    this.#recent = [...this.#recent.slice(1 - RECENT_TRIES), code];
  }

  #hour(nowMs: number): Hour {
    const newest = this.#hours[this.#hours.length - 1];
    if (newest !== undefined && nowMs - newest.startMs < HOUR_MS) {
      return newest;
    }
    const hour = { startMs: nowMs, sent: 0, failed: 0 };
    this.#hours = [...this.#hours.slice(-24), hour];
    return hour;
  }
}

/** One run of refusals and three successes after it: what was wrong is put right. */
function isOver(recent: readonly (string | null)[]): boolean {
  return /^s*r+s{3}$/.test(recent.map((code) => (code === null ? 's' : 'r')).join(''));
}

function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? null;
}
