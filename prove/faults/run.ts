/** `npm run prove -- faults [--only <text>]`: what goes wrong, one after the other, and whether the server is whole after each. */
import { parseArgs } from 'node:util'
import { type Outcome, say, sayTable } from '../../conform/report.ts'
import { faultsByClients } from './by-clients.ts'
import { faultsByFunctions } from './by-functions.ts'
import { faultsByMachine, findNoDisk } from './by-machine.ts'
import type { Fault } from './fault.ts'
import { findDamage, openStage, type Situation, type Stage, warmUp } from './stage.ts'

/** Every fault, in the order of the report. */
export const faults: readonly Fault[] = [...faultsByFunctions, ...faultsByClients, ...faultsByMachine]

/** What became of one fault. */
export interface FaultResult {
  readonly fault: Fault
  /** How the server took it; undefined when otherwise than it must. */
  readonly taken: string | undefined
  /** What is wrong; empty when nothing is. */
  readonly wrong: readonly string[]
}

/**
 * Lets one thing go wrong and looks at the server afterwards.
 *
 * @param stage a running server
 * @param before what held before the first fault
 * @param fault what goes wrong
 */
export async function tryFault(stage: Stage, before: Situation, fault: Fault): Promise<FaultResult> {
  let taken: string | undefined
  const wrong: string[] = []
  try {
    taken = await fault.strike(stage)
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error))
  }
  wrong.push(...(await findDamage(stage, before)))
  return { fault, taken, wrong }
}

/** Tries them all and prints a table. */
export async function run(flags: readonly string[]): Promise<Outcome> {
  const { values } = parseArgs({
    args: [...flags],
    options: { only: { type: 'string' }, json: { type: 'boolean' } },
  })
  const noDisk = findNoDisk()
  const chosen = faults.filter(({ name, who }) => `${who} ${name}`.includes(values.only ?? ''))
  const stage = await openStage()
  const results: FaultResult[] = []
  try {
    const before = await warmUp(stage)
    for (const fault of chosen) {
      if (noDisk !== undefined && fault.name === 'the disk is full') {
        say(`not run: ${fault.name}: ${noDisk}`)
        continue
      }
      const result = await tryFault(stage, before, fault)
      results.push(result)
      if (result.wrong.length > 0) say(`WRONG ${fault.who}: ${fault.name}: ${result.wrong.join('; ')}`)
    }
  } finally {
    await stage.close()
  }
  sayTable([
    ['who', 'what goes wrong', 'how it is taken', 'afterwards'],
    ...results.map(({ fault, taken = 'WRONG', wrong }) => [
      fault.who,
      fault.name,
      taken,
      wrong.length === 0 ? 'whole' : wrong.join('; '),
    ]),
  ])
  const held = results.filter(({ wrong }) => wrong.length === 0)
  say()
  say(
    `${held.length} of ${results.length} held; afterwards: a steady function answers, functions, URLs and ports are the same, no process, socket or file is left.`,
  )
  return {
    rows: results.map(({ fault, taken = 'otherwise than it must', wrong }) => ({
      row: `${fault.who}: ${fault.name}: ${taken}`,
      value: wrong.length === 0 ? 1 : 0,
      unit: 'held',
    })),
    ok: results.length > 0 && held.length === results.length,
  }
}
