/** What the air is like: registration and signal, with what the controls and faults force on it. */
export class Radio {
  /** `<stat>` that the network would give: 1 home unless `POST /registration` said otherwise. */
  networkStat = 1;
  /** 27.007 §8.5: 0–31, 99 unknown. */
  csqWithCoverage = 20;
  /** 27.007 §8.2: 0 minimum, 1 full, 4 flight mode. */
  functionality = 1;
  /** `AT+COPS=2`: the user took the modem off the network. */
  detached = false;
  /** The fault `registrationLost`. */
  lost = false;
  /** The SIM can be used; without it only emergency calls are possible. */
  simUsable = true;
  /** Still looking for the network after it was switched on. */
  searching = false;

  get stat(): number {
    if (this.functionality !== 1 || this.detached || !this.simUsable) {
      return 0;
    }
    return this.lost || this.searching ? 2 : this.networkStat;
  }

  /** An SMS can be sent and received (27.007 §7.2: home, roaming, their SMS-only forms, no CSFB). */
  get registered(): boolean {
    return [1, 5, 6, 7, 9, 10].includes(this.stat);
  }

  get csq(): number {
    return this.functionality === 1 && !this.lost ? this.csqWithCoverage : 99;
  }
}

export const OPERATOR = {
  longName: 'TELKOMSEL',
  shortName: 'TSEL',
  plmn: '51010',
  lac: '1A2B',
  cell: '0C3D4E5F',
  smsc: '+6281100000',
} as const;
