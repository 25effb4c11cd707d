import type { Exchange } from '../exchange.ts'
import type { Faults } from './faults.ts'

/**
 * Lets the faults strike that are about who calls, and when.
 *
 * @param faults of the side
 * @param exchange a signed call; its clock is set off where a fault says so
 * @param functionArn the function as it is called
 * @returns whether the session counts as expired
 */
export function strikeAuthentication(faults: Faults, exchange: Exchange, functionArn: string): boolean {
  let isExpired = false
  for (const rule of faults.strike('authenticate', functionArn, exchange.recording)) {
    if (rule.kind === 'clock-skew') {
      exchange.now = new Date(exchange.now.getTime() + rule.skewSeconds * 1000)
    } else if (rule.kind === 'expired-token') {
      isExpired = true
    }
  }
  return isExpired
}
