/** The suite of the host's package as it is shipped: its compiled files, in whatever Node this is. */
import { type ApplicationKind, applicationKinds } from '../../packages/host/dist/testing/applications.node.js'
import type { FidelityOutcome } from '../../packages/host/dist/testing/fidelity.js'

/** What came of one kind of application in one mode. */
export interface SettingResult {
  readonly kind: string
  readonly mode: 'buffered' | 'stream'
  readonly outcomes: readonly FidelityOutcome[]
  /** Names of what cannot be asked there, and why. */
  readonly skipped: Readonly<Record<string, number>>
}

/** What a program of the suite prints. */
export interface Report {
  readonly version: string
  readonly results: readonly SettingResult[]
}

/** Both ways of answering. */
export const modes = ['buffered', 'stream'] as const

/** The kinds of application by name. */
export const kinds: readonly (readonly [name: string, kind: ApplicationKind])[] =
  Object.entries(applicationKinds)

/** Prints a report as the only line of output, and ends: applications may leave timers behind. */
export function finish(results: readonly SettingResult[]): void {
  const report: Report = { version: process.versions.node, results }
  process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0))
}
