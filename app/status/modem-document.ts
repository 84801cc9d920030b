import type { ModemSnapshot } from '../domain/modem-snapshot.ts';
import type { ModemDocument } from './status-document.ts';

/** The part of a modem's snapshot that `GET /v1/status` publishes, unmasked. */
export function modemDocument(snapshot: ModemSnapshot): ModemDocument {
  const { recovery, sim, radio, sending } = snapshot;
  return {
    id: snapshot.id,
    port: snapshot.port,
    family: snapshot.family,
    firmware: snapshot.firmware,
    imei: snapshot.imei,
    simulated: snapshot.simulated,
    state: snapshot.state,
    lastAnswerAgeSeconds: snapshot.lastAnswerAgeSeconds,
    recovery: {
      rung: recovery.rung,
      rungs: recovery.rungs,
      count24h: recovery.count24h,
      count7d: recovery.count7d,
      lastReason: recovery.lastReason,
    },
    sim: {
      state: sim.state,
      pinTriesLeft: sim.pinTriesLeft,
      pukTriesLeft: sim.pukTriesLeft,
      iccid: sim.iccid,
      smsc: sim.smsc,
      storageUsed: sim.storageUsed,
      storageTotal: sim.storageTotal,
      balanceRupiah: null,
      balanceCheckedAt: null,
      validUntil: null,
    },
    radio: {
      registration: radio.registration,
      creg: radio.creg,
      operator: radio.operator,
      plmn: radio.plmn,
      access: radio.access,
      lac: radio.lac,
      cell: radio.cell,
      csq: radio.csq,
      signalDbm: radio.signalDbm,
      signalBars: radio.signalBars,
      signalMin1hDbm: radio.signalMin1hDbm,
      signalMax1hDbm: radio.signalMax1hDbm,
      rsrpDbm: radio.rsrpDbm,
      ber: radio.ber,
      ageSeconds: radio.ageSeconds,
    },
    sending: {
      ratePerMinute: sending.ratePerMinute,
      measuredPerMinute: sending.measuredPerMinute,
      sentToday: sending.sentToday,
      dailyCap: sending.dailyCap,
      capResetsAt: sending.capResetsAt,
      sendP50Ms: sending.sendP50Ms,
      sendP95Ms: sending.sendP95Ms,
      success24hRatio: sending.success24hRatio,
      rejectedInRow: sending.rejectedInRow,
      lastErrorCode: sending.lastErrorCode,
    },
  };
}
